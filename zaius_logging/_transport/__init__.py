"""How a batch goes out and what came of it: `base` says what every transport must do, `outcome` what it may answer.

`wire` reads the answers of the Events API, `endpoint` its addresses and keys; `http` sends over HTTP.
"""
