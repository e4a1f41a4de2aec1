"""What is a zip and holds no text that can be read is reported, not read as a table."""

import zipfile

import pytest

EXCEL = ("[Content_Types].xml", "xl/workbook.xml")
OPEN_DOCUMENT = ("mimetype", "content.xml", "META-INF/manifest.xml")
MAPPING = ("--type", "t", "--action", "a", "--identifier", "customer_id=a")


@pytest.mark.parametrize("members", [EXCEL, OPEN_DOCUMENT], ids=["xlsx", "ods"])
def test_a_workbook_is_told(here, tmp_path, members):
    """People save the sheet as CSV; nothing is sent."""
    path = tmp_path / "orders.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for member in members:
            packed.writestr(member, "a,b\n1,2\n")
    done = here("send", "--dry-run", path, *MAPPING)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "is a workbook: save its sheet as CSV" in done.stderr


def test_control_a_zip_of_texts_is_read(here, tmp_path):
    """The same table, by itself."""
    path = tmp_path / "orders.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("orders.csv", "a,b\n1,2\n")
    done = here("send", "--dry-run", path, *MAPPING)
    assert done.returncode == 0
    assert '"customer_id":"1"' in done.stdout.replace(" ", "")
