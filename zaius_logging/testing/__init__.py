"""Tools for tests: what the fixture `zaius_events` captures, and how its assertions compare.

`_capture` is the fixture and words its failures, `_compare` finds the differences, `_right` judges by the catalogue.

It needs no pytest; the plugin `zaius_logging.pytest_plugin` puts it into one.
"""
