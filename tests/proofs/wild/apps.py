"""Servers, job queues, and what people do with logging."""

from rows import ALL, START, row, rows

CONFIG = (
    "import logging.config\n"
    "config = {'version': 1, 'disable_existing_loggers': False, 'root': {'handlers': ['zaius']},\n"
    "          'handlers': {'zaius': {'class': 'zaius_logging.ZaiusHandler'}}}\n"
)

CELERY = (
    "from celery import Celery\n"
    "from celery.signals import setup_logging, task_postrun\n"
    "from zaius_logging.integrations.celery import install\n"
    "app = Celery('app', broker='filesystem://')\n"
    "app.conf.broker_transport_options = {'data_folder_in': 'queue', 'data_folder_out': 'queue',\n"
    "                                     'control_folder': 'control', 'polling_interval': 0.01}\n"
    "for name in ('queue', 'control', 'done'): os.makedirs(name, exist_ok=True)\n"
    "install()\n"
    "@setup_logging.connect\n"
    "def configure(**_): start()\n"
    "@app.task\n"
    "def look(n): say([n])\n"
    "@task_postrun.connect\n"
    "def note(args, **_): open(f'done/{args[0]}', 'w').close()\n"
    "if __name__ == '__main__':\n"
    "    import subprocess, time\n"
    "    for n in range(10): look.delay(n)\n"
    "    worker = subprocess.Popen([sys.executable, '-m', 'celery', '-A', 'app', 'worker', '--concurrency', '2',\n"
    "                               '--without-gossip', '--without-mingle', '--without-heartbeat', '--pool', sys.argv[1]])\n"
    "    while len(os.listdir('done')) < 10 and worker.poll() is None: time.sleep(0.02)\n"
    "    worker.terminate()\n"
    "    sys.exit(worker.wait())"
)

SERVERS = rows(
    "Servers and job queues",
    row(
        "wsgiref",
        "from wsgiref.simple_server import make_server\n"
        "import signal\n"
        "start(drain_on_sigterm=True)\n"
        "def app(environ, reply):\n"
        "    say([environ['PATH_INFO'].strip('/')])\n"
        "    reply('200 OK', [])\n"
        "    return [b'']\n"
        "make_server('127.0.0.1', int(os.environ['PORT']), app).serve_forever()",
        requests=10,
        status=-15,
    ),
    *(
        row(
            f"gunicorn, {name}",
            "start()\n"
            "def app(environ, reply):\n"
            "    say([environ['PATH_INFO'].strip('/')])\n"
            "    reply('200 OK', [])\n"
            "    return [b'']",
            how=f"PYTHON -m gunicorn -b 127.0.0.1:$PORT {options} app:app",
            needs=("gunicorn", *needs),
            requests=10,
        )
        for name, options, needs in (
            ("sync", "-w 2", ()),
            ("--preload", "-w 2 --preload", ()),
            ("gthread", "-w 2 -k gthread --threads 4", ()),
            ("gevent", "-w 2 -k gevent", ("gevent",)),
            ("gevent with --preload", "-w 2 -k gevent --preload", ("gevent",)),
        )
    ),
    *(
        row(
            f"uvicorn, {name}",
            "start()\n"
            "from zaius_logging.integrations.asgi import ZaiusMiddleware\n"
            "async def plain(scope, receive, send):\n"
            "    if scope['type'] != 'http': raise RuntimeError\n"
            "    say([scope['path'].strip('/')])\n"
            "    await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
            "    await send({'type': 'http.response.body', 'body': b''})\n"
            "app = ZaiusMiddleware(plain)\n" + tail,
            how=how,
            needs=("uvicorn",),
            requests=10,
            status=status,
        )
        for name, how, tail, status in (
            ("from the command line", "PYTHON -m uvicorn --port $PORT app:app", "", -15),
            ("--workers 2", "PYTHON -m uvicorn --port $PORT --workers 2 app:app", "", 0),
            (
                "uvicorn.run",
                "PYTHON APP",
                (
                    "if __name__ == '__main__':\n"
                    "    import uvicorn\n"
                    "    uvicorn.run(app, port=int(os.environ['PORT']))"
                ),
                -15,
            ),
        )
    ),
    row(
        "FastAPI, uvicorn.run",
        "start()\n"
        "import fastapi, uvicorn\n"
        "from zaius_logging.integrations.asgi import ZaiusMiddleware\n"
        "app = fastapi.FastAPI()\n"
        "@app.get('/{n}')\n"
        "def look(n: int): say([n])\n"
        "app.add_middleware(ZaiusMiddleware)\n"
        "uvicorn.run(app, port=int(os.environ['PORT']))",
        needs=("fastapi", "uvicorn"),
        requests=10,
        status=-15,
    ),
    row(
        "uWSGI, with threads",
        "start()\n"
        "def app(environ, reply):\n"
        "    say([environ['PATH_INFO'].strip('/')])\n"
        "    reply('200 OK', [])\n"
        "    return [b'']",
        how="BIN/uwsgi --http 127.0.0.1:$PORT --master --processes 2 --enable-threads "
        "--hook-master-start 'unix_signal:15 gracefully_kill_them_all' --home PREFIX --wsgi app:app",
        needs=("pyuwsgi",),
        requests=10,
    ),
    *(
        row(f"Celery, {pool}", CELERY, how=f"PYTHON APP {pool}", needs=("celery",))
        for pool in ("prefork", "threads", "solo")
    ),
    row(
        "Flask's test client",
        "start()\n"
        "import flask\n"
        "app = flask.Flask('x')\n"
        "@app.get('/<n>')\n"
        "def look(n):\n"
        "    say([n])\n"
        "    return ''\n"
        "[app.test_client().get(f'/{n}') for n in range(10)]",
        needs=("flask",),
    ),
    row(
        "Django's LOGGING and test client",
        "import django\n"
        "from django.conf import settings\n"
        "from django.http import HttpResponse\n"
        "from django.urls import path\n"
        "def look(request, n):\n"
        "    say([n])\n"
        "    return HttpResponse()\n"
        "urlpatterns = [path('<int:n>', look)]\n"
        "settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=['*'], LOGGING={'version': 1, 'disable_existing_loggers': False,\n"
        "  'handlers': {'zaius': {'class': 'zaius_logging.ZaiusHandler'}}, 'loggers': {'shop': {'handlers': ['zaius'], 'level': 'INFO'}}})\n"
        "django.setup()\n"
        "from django.test import Client\n"
        "[Client().get(f'/{n}') for n in range(10)]",
        needs=("django",),
    ),
)

LOGGING = rows(
    "Logging",
    row(
        "dictConfig",
        CONFIG + "logging.config.dictConfig(config)\n" + ALL,
    ),
    row(
        "a second dictConfig that names none of it",
        "import logging.config\n"
        "start()\n"
        "say(range(5))\n"
        "logging.config.dictConfig({'version': 1, 'disable_existing_loggers': False})\n"
        "say(range(5, 10))",
    ),
    row(
        "a hundred dictConfigs",
        CONFIG + "for n in range(100):\n"
        "    logging.config.dictConfig(config)\n"
        "    if n % 10 == 0: say([n // 10])",
    ),
    row("handlers cleared without close", "start()\n" + ALL + "\nshop.handlers.clear()"),
    row(
        "QueueHandler and QueueListener, with Seal",
        "import logging.handlers, queue\n"
        "from zaius_logging import ZaiusHandler\n"
        "from zaius_logging.integrations.queues import Seal\n"
        "q = queue.Queue(); into = logging.handlers.QueueHandler(q); into.addFilter(Seal()); shop.addHandler(into)\n"
        "listener = logging.handlers.QueueListener(q, ZaiusHandler()); listener.start()\n"
        + ALL
        + "\n"
        "listener.stop()",
    ),
    row(
        "MemoryHandler",
        "import logging.handlers\n"
        "handler = start(); shop.removeHandler(handler)\n"
        "shop.addHandler(logging.handlers.MemoryHandler(5, target=handler))\n" + ALL,
    ),
    row(
        "stderr is a logger",
        "class Log:\n"
        "    def write(self, text): logging.getLogger('stderr').error(text.rstrip())\n"
        "    def flush(self): pass\n"
        "sys.stderr = Log()\n" + START,
    ),
    row("warnings are captured", "logging.captureWarnings(True)\n" + START),
    row(
        "Rich's handler beside it",
        "from rich.logging import RichHandler\n"
        "logging.basicConfig(handlers=[RichHandler()])\n" + START,
        needs=("rich",),
    ),
    row(
        "coloredlogs", "import coloredlogs\ncoloredlogs.install()\n" + START, needs=("coloredlogs",)
    ),
    row(
        "loguru, whose extra is one attribute",
        "from loguru import logger\n"
        "from zaius_logging import ZaiusHandler\n"
        "logger.add(ZaiusHandler(attribute='extra'), format='{message}')\n"
        "for n in range(10):\n"
        "    about = {'customer_id': f'customer-{n}'}\n"
        "    logger.bind(type='product', action='detail', identifiers=about).info('x')",
        needs=("loguru",),
    ),
    row(
        "unittest's assertLogs",
        "import unittest\n"
        "start()\n"
        "with unittest.TestCase().assertLogs('other'): logging.getLogger('other').warning('x')\n"
        + ALL,
    ),
)
