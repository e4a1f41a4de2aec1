"""What the people who operate a service may read: short lines, without personal data, without secrets.

`notices` writes them, `redact` cleans the words of others, `secret` hides keys and passwords.
"""
