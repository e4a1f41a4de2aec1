"""Lines for the people who operate a service: short, without personal data, without secrets.

`notices` writes them, `redact` cleans what the API says, `secret` hides keys and passwords.
"""
