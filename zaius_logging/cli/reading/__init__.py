"""Makes events of files: opens them, unpacks them, and finds the events in their lines.

`sources` opens files, packed ones and zips, and says which it cannot read (workbooks).
"""
