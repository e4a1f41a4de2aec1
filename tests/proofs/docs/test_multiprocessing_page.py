"""What the page on jobs says of multiprocessing: logging that is configured at import works in every child."""

import os
import subprocess
import sys
import textwrap

import pytest

from zaius_logging.sandbox import Sandbox

PROGRAM = """
    import logging, logging.config, multiprocessing, sys

    def configure():
        logging.config.dictConfig({{
            "version": 1,
            "handlers": {{"zaius": {{"class": "zaius_logging.ZaiusHandler"}}}},
            "root": {{"handlers": ["zaius"], "level": "INFO"}},
        }})

    {at_import}

    def work(number):
        event = {{"type": "job", "action": "done", "identifiers": {{"vuid": str(number)}}}}
        logging.getLogger("job").info("done", extra={{"zaius": event}})

    if __name__ == "__main__":
        {in_main}
        context = multiprocessing.get_context(sys.argv[1])
        if sys.argv[2:] == ["preload"]:
            context.set_forkserver_preload(["__main__"])
        jobs = [context.Process(target=work, args=(number,)) for number in range(5)]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
"""


def arrived(tmp_path, *arguments, at_import="", in_main=""):
    """Run the program; give how many of its children's five events came."""
    path = tmp_path / "jobs.py"
    path.write_text(textwrap.dedent(PROGRAM).format(at_import=at_import, in_main=in_main), "utf-8")
    with Sandbox() as sandbox:
        environment = {**os.environ, "ZAIUS_API_KEY": "any", "ZAIUS_ENDPOINT": sandbox.endpoint}
        subprocess.run(
            [sys.executable, str(path), *arguments], check=True, timeout=60, env=environment
        )
        return len(sandbox.events())


@pytest.mark.parametrize(
    "arguments", [("fork",), ("spawn",), ("forkserver",), ("forkserver", "preload")], ids="-".join
)
def test_what_is_configured_at_import_works_in_every_child(tmp_path, arguments):
    """The child imports the main module again, or is forked from one that has."""
    assert arrived(tmp_path, *arguments, at_import="configure()") == 5


@pytest.mark.parametrize(("method", "expected"), [("fork", 5), ("spawn", 0), ("forkserver", 0)])
def test_what_is_configured_in_main_is_there_after_a_fork_only(tmp_path, method, expected):
    """The control: under `if __name__ == "__main__"` a child that imports the module configures nothing."""
    assert arrived(tmp_path, method, in_main="configure()") == expected
