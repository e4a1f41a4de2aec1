"""The command `zaius-logging`.

Pure parts read lines and map columns (`_items`, `_paths`, `_values`, `_mapping`, `_read_json`,
`_read_csv`, `_ids`, `_report`); the edges are click and rich (`_main`, `_send`, `_demo`, `_sandbox`,
`_screen`). What happens to an event on its way is `_sending`, which knows neither.
"""
