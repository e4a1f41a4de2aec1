"""The interpreter, the process, its end and its children."""

from rows import ALL, START, row, rows

INTERPRETER = rows(
    "The interpreter",
    row("as it is"),
    row("-O", how="PYTHON -O APP"),
    row("-OO, no docstrings", how="PYTHON -OO APP"),
    row("-X dev", how="PYTHON -X dev APP"),
    row("every warning an error", how="PYTHON -W error APP"),
    row("isolated mode", how="PYTHON -I APP"),
    row("without bytecode files", how="PYTHON -B APP"),
    row(
        "ASCII locale", how="PYTHON -X utf8=0 APP", env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    ),
    row("debug allocator", how="PYTHON APP", env={"PYTHONMALLOC": "debug"}),
    row("the program on stdin", how="sh -c 'PYTHON - < APP'"),
    row("python -c", how="sh -c 'PYTHON -c \"$(cat APP)\"'"),
    row("runpy", how='PYTHON -c \'import runpy; runpy.run_path("APP", run_name="__main__")\''),
    row(
        "a zipapp",
        how="sh -c 'mkdir z && cp APP z/__main__.py && PYTHON -m zipapp z && PYTHON z.pyz'",
    ),
    row(
        "the package imported from a zip file",
        "import shutil, pathlib, importlib.util\n"
        "where = pathlib.Path(importlib.util.find_spec('zaius_logging').origin).parent\n"
        "shutil.make_archive('lib', 'zip', where.parent, where.name)\n"
        "sys.path.insert(0, 'lib.zip')\n"
        "import zaius_logging\n"
        "assert 'lib.zip' in zaius_logging.__file__\n" + START,
    ),
    row(
        "one file made by PyInstaller",
        # Without what users of ours need not have: it packs all that it finds.
        how="sh -c 'PYTHON -m PyInstaller --onedir $WITHOUT APP >/dev/null 2>&1 && dist/app/app'",
        env={
            "WITHOUT": "".join(
                f" --exclude-module {name}"
                for name in [
                    "django",
                    "pandas",
                    "numpy",
                    "IPython",
                    "gevent",
                    "eventlet",
                    "celery",
                    "sentry_sdk",
                    "setuptools",
                    "trio",
                ]
            )
        },
        needs=("PyInstaller",),
    ),
    row(
        "a subinterpreter",
        "head = open('app.py').read().partition('head =')[0]\n"
        "try: import _interpreters as interpreters\n"
        "except ImportError: import _xxsubinterpreters as interpreters\n"
        "made = interpreters.create()\n"
        "failed = interpreters.run_string(made, head + 'start(); say(range(10))')\n"
        "assert not failed, failed\n"
        "interpreters.destroy(made)",
    ),
    row(
        "the dist-info stripped",
        "import importlib.metadata\n"
        "def none(name): raise importlib.metadata.PackageNotFoundError(name)\n"
        "importlib.metadata.version = none\n" + START,
    ),
    row("under a profiler", "import cProfile\ncProfile.run('start(); say(range(10))', 'profile')"),
    row("under a tracer", "sys.settrace(lambda *_: None)\n" + START),
    row("under coverage", how="PYTHON -m coverage run APP", needs=("coverage",)),
    row("under IPython", how="PYTHON -m IPython --no-banner APP", needs=("IPython",)),
    row("as PID 1 of a container", how="unshare --pid --fork --mount-proc PYTHON APP"),
)

PROCESS = rows(
    "The process",
    row("umask 077", "os.umask(0o077)\n" + START),
    row("no HOME", env={"HOME": "/nonexistent"}),
    row("stdin, stdout and stderr closed", how="sh -c 'PYTHON APP <&- >&- 2>&-'"),
    row("stderr is None (pythonw)", "sys.stderr = None\n" + START),
    row(
        "the directory is deleted under it",
        "os.rmdir(os.mkdir('d') or os.chdir('d') or '../d')\n" + START,
    ),
    row("chdir after the configuration", "start()\nos.chdir('/')\n" + ALL),
    row(
        "spool_dir relative, chdir after it",
        "start(spool_dir='spool')\nos.chdir('/')\n" + ALL,
    ),
    row(
        "few descriptors, all used up for a while",
        "import resource\n"
        "start(); say(range(5))\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
        "held = []\n"
        "try:\n"
        "    while True: held.append(open(os.devnull))\n"
        "except OSError: pass\n"
        "say(range(5, 10))\n"
        "import time; time.sleep(0.5)\n"
        "del held",
    ),
    row(
        "no thread to be had for a while",
        "import _thread, threading\n"
        "real = _thread.start_new_thread, getattr(threading, '_start_joinable_thread', None)\n"
        'def none(*a, **k): raise RuntimeError("can\'t start new thread")\n'
        "start()\n"
        "threading._start_new_thread = threading._start_joinable_thread = none\n"
        "say(range(5))\n"
        "threading._start_new_thread, threading._start_joinable_thread = real\n"
        "say(range(5, 10))",
    ),
    row(
        "a recursion limit of 150",
        "handler = start()\nsys.setrecursionlimit(150)\n" + ALL + "\nsys.setrecursionlimit(1000)",
    ),
    row("garbage collection off", "import gc\ngc.disable()\n" + START),
    row(
        "privileges dropped after the configuration",
        "start()\nos.setgid(65534); os.setuid(65534)\n" + ALL,
    ),
)

ENDS = rows(
    "How it ends",
    row("sys.exit", START + "\nsys.exit(3)", status=3),
    row("an exception", START + "\nraise ValueError", status=1),
    row("logging.shutdown by hand", START + "\nlogging.shutdown()"),
    row(
        "logging.shutdown, then more events",
        "start()\nsay(range(5))\nlogging.shutdown()\nsay(range(5, 10))",
    ),
    row(
        "os._exit after flush",
        START + "\nimport zaius_logging\nzaius_logging.flush(5)\nos._exit(0)",
    ),
    row(
        "SIGTERM, drain_on_sigterm",
        "start(drain_on_sigterm=True)\n" + ALL + "\n"
        "os.kill(os.getpid(), 15)\n"
        "import time; time.sleep(20)",
        status=-15,
    ),
    row(
        "SIGINT",
        # A shell's background job ignores it.
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        + START
        + "\nsignal.raise_signal(signal.SIGINT)",
        status=-2,
    ),
    row("the first event in atexit", "import atexit\nstart()\natexit.register(say, range(10))"),
    row(
        "the first import in atexit",
        "import atexit\natexit.register(lambda: (start(), say(range(10))))",
    ),
    row(
        "events in __del__ at exit",
        "class D:\n"
        "    def __del__(self): say(range(10))\n"
        "start()\n"
        "d = D()\n"
        "import atexit\n"
        "atexit.register(lambda: globals().pop('d'))",
    ),
    row(
        "a thread goes on after the main one",
        "import threading, time\n"
        "start()\n"
        "def late():\n"
        "    time.sleep(0.3)\n"
        "    say(range(10))\n"
        "threading.Thread(target=late).start()",
    ),
    row(
        "asyncio.run",
        "import asyncio\nstart()\nasync def main(): say(range(10))\nasyncio.run(main())",
    ),
    row(
        "asyncio in debug mode",
        "import asyncio\n"
        "start()\n"
        "async def main(): say(range(10))\n"
        "asyncio.run(main(), debug=True)",
    ),
    row(
        "uvloop",
        "import asyncio, uvloop\nstart()\nasync def main(): say(range(10))\nuvloop.run(main())",
        needs=("uvloop",),
    ),
    row(
        "trio",
        "import trio\nstart()\nasync def main(): say(range(10))\ntrio.run(main)",
        needs=("trio",),
    ),
)

CHILDREN = rows(
    "Children",
    row(
        "os.fork, both log",
        "start()\n"
        "say(range(5))\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    say(range(5, 10))\n"
        "    sys.exit()\n"
        "os.waitpid(pid, 0)",
    ),
    *(
        row(
            f"multiprocessing, {kind}",
            "import multiprocessing\n"
            "def child(): start() if not shop.handlers else None; say(range(5, 10))\n"
            "if __name__ == '__main__':\n"
            "    start()\n"
            "    say(range(5))\n"
            f"    p = multiprocessing.get_context('{kind}').Process(target=child)\n"
            f"    p.start(); p.join()",
        )
        for kind in ("fork", "spawn", "forkserver")
    ),
    row(
        "ProcessPoolExecutor",
        "import concurrent.futures, multiprocessing\n"
        "start()\n"
        "with concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context('fork')) as pool:\n"
        "    list(pool.map(say, [[n] for n in range(10)]))",
    ),
    row(
        "ThreadPoolExecutor",
        "import concurrent.futures\n"
        "start()\n"
        "with concurrent.futures.ThreadPoolExecutor(8) as pool: list(pool.map(say, [[n] for n in range(10)]))",
    ),
    row(
        "a double fork (daemon)",
        "start()\nif os.fork(): os._exit(os.wait()[1])\nos.setsid()\nsay(range(10))",
    ),
)
