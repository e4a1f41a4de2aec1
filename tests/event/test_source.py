"""Who sent an event stands in its data, unless that is not wanted."""

from importlib.metadata import version

from zaius_logging._build import source_of


def test_the_source_is_told_as_the_official_sdks_tell_it():
    """Three fields, with the version that is installed."""
    assert source_of(True) == {
        "data_source_type": "sdk",
        "data_source": "zaius-logging",
        "data_source_version": version("zaius-logging"),
    }


def test_one_setting_leaves_it_out():
    """Without it, not one field is added."""
    assert source_of(False) == {}
