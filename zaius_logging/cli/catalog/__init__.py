"""`zaius-logging catalog`: write, check, compare and draft catalogues of events."""
