"""Prints what an extra needs on a Python other than this one: `python tests/proofs/packaging/needed.py 3.15 test`.

pip can fetch wheels for another version, but judges `python_version` markers of a project by its own.
"""

import sys
from importlib.metadata import requires

from packaging.requirements import Requirement


def needed(version: str, extra: str) -> set[str]:
    """The requirements of the package with one extra, those of extras that it names included.

    Args:
        version: of the Python that will run them, such as `3.15`.
        extra: a name from pyproject.toml.
    """
    here = {"python_version": version, "python_full_version": f"{version}.0", "extra": extra}
    found = set()
    for line in requires("zaius-logging") or ():
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate(here):
            continue
        if requirement.name == "zaius-logging":
            for other in requirement.extras:
                found |= needed(version, other)
        else:
            requirement.marker = None
            found.add(str(requirement))
    return found


if __name__ == "__main__":
    print(*sorted(needed(sys.argv[1], sys.argv[2])), sep="\n")  # noqa: T201 - what it is for
