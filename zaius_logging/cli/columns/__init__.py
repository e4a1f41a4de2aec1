"""Reads tables of text (`table`: commas, tabs, spaces) and maps their columns to the fields of events, as options or a mapping file say."""
