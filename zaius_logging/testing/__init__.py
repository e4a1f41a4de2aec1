"""Tools for tests: what the fixture `zaius_events` captures, and how its assertions compare.

It needs no pytest; the plugin `zaius_logging.pytest_plugin` puts it into one.
"""
