"""What a right event is: the catalogue, its standard, the file `events.toml`, and the one judgement by it.

A catalogue lists kinds of events (`order/purchase`) with their fields, and identifiers with their forms. The
handler, the fixture, the command and the sandbox judge JSON values by `check`; nothing else defines "right". `forms` also brings identifiers into form (trims, lower
case), and `edge` does so at the call; without a catalogue they go as `_event/rules` takes them.
"""
