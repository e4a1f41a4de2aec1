"""How a line reaches the people who operate a service: seldom, without personal data, without secrets.

`notices` prints and limits the lines, `redact` cleans what the API says, `secret` hides keys and passwords in
whatever shows a value; who takes one from the configuration wraps it by `hidden` at once. Each part
words its own: events and requests in `_delivery/reporter`, the disk in `_spool/journal/upkeep`, Redis in
`_fleet/relay`, the network in `_transport/http/failures`.
"""
