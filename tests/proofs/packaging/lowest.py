"""Prints the lowest versions that pyproject.toml allows, as `pip install` takes them.

python tests/proofs/packaging/lowest.py [extra ...]

Of what we need ourselves, and of what the extras named need (all, if none is named): only what the bounds say is
held down, not what those packages bring. It asks the installed package, so Python 3.10 can run it.
"""

import sys
from importlib.metadata import requires

from packaging.requirements import Requirement

BROUGHT = ["urllib3==1.26.20"]  # by requests 2.31; before 1.26 there was no Python 3.10


def lowest(extras: list[str]) -> list[str]:
    """The lower bound of each requirement, as a pin."""
    pins = []
    for line in requires("zaius-logging") or ():
        requirement = Requirement(line)
        wanted = requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in extras
        )
        if wanted and requirement.name != "zaius-logging":
            [bound] = [each for each in requirement.specifier if each.operator == ">="]
            pins.append(f"{requirement.name}=={bound.version}")
    return pins + BROUGHT


if __name__ == "__main__":
    print(  # noqa: T201 - what it is for
        *lowest(sys.argv[1:] or ["orjson", "tools", "redis", "prometheus", "opentelemetry"]),
        sep="\n",
    )
