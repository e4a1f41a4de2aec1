"""A script that logs and exits at once."""

import sys

import shop

shop.configure()
shop.Producer("brief").log(int(sys.argv[1]))
