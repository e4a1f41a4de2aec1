"""Maps the columns of rows to the fields of events, as options or a mapping file say."""
