"""Sends a batch of events and says what came of it: `base` is the contract of every transport, `outcome` its answers.

`wire` reads the answers of the Events API, `endpoint` its addresses and keys, `redis_address` those of a stream;
`http` sends over HTTP.
"""
