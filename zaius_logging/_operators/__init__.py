"""How a line reaches the people who operate a service: seldom, without personal data, without secrets.

`notices` prints and limits the lines, `redact` cleans what the API says, `secret` hides keys and passwords. What the
lines about events say stands in `_delivery/reporter`.
"""
