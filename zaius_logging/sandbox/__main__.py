"""`python -m zaius_logging.sandbox`."""

import sys

from zaius_logging.sandbox._run import main

sys.exit(main())
