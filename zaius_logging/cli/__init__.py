"""The command `zaius-logging`: one module for each subcommand, and what `send` is made of.

`reading` makes events of JSON and logs, `columns` maps rows to events, `sending` brings them to the API and
says what became of them, `follow` stays with a log that is rotated.
"""
