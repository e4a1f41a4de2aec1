"""Where events wait between the log call and the answer of the API: in memory, or on disk.

`base` says what every spool must do; a spool knows neither events nor JSON, only bytes in order.
"""
