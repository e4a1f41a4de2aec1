"""Reads tables (`table`) and maps their columns to the fields of events, as options or a mapping file say."""
