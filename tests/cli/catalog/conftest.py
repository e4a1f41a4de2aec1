"""The shop's catalogue of tests/catalog."""

import importlib.util
from pathlib import Path

_FILE = Path(__file__).parents[2] / "catalog" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("catalogue_of_the_tests", _FILE)
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)
shop, shop_text = _MODULE.shop, _MODULE.shop_text
