"""Servers, job queues, and what people do with logging."""

from rows import ALL, START, row, rows

SERVERS = rows(
    "Servers and job queues",
    row("wsgiref", "from wsgiref.simple_server import make_server\nimport signal\nstart(drain_on_sigterm=True)\n"
        "def app(environ, reply):\n    say([environ['PATH_INFO'].strip('/')])\n    reply('200 OK', [])\n    return [b'']\n"
        "make_server('127.0.0.1', int(os.environ['PORT']), app).serve_forever()", requests=10, status=-15),
    *(
        row(
            f"gunicorn, {name}",
            "start()\ndef app(environ, reply):\n    say([environ['PATH_INFO'].strip('/')])\n    reply('200 OK', [])\n    return [b'']",
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
            "start()\nfrom zaius_logging.integrations.asgi import ZaiusMiddleware\n"
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
            ("uvicorn.run", "PYTHON APP", "if __name__ == '__main__':\n    import uvicorn\n    uvicorn.run(app, port=int(os.environ['PORT']))", -15),
        )
    ),
    row("FastAPI, uvicorn.run", "start()\nimport fastapi, uvicorn\nfrom zaius_logging.integrations.asgi import ZaiusMiddleware\n"
        "app = fastapi.FastAPI()\n@app.get('/{n}')\ndef look(n: int): say([n])\napp.add_middleware(ZaiusMiddleware)\n"
        "uvicorn.run(app, port=int(os.environ['PORT']))", needs=("fastapi", "uvicorn"), requests=10, status=-15),
    row("Flask's test client", "start()\nimport flask\napp = flask.Flask('x')\n@app.get('/<n>')\ndef look(n):\n    say([n])\n    return ''\n"
        "[app.test_client().get(f'/{n}') for n in range(10)]", needs=("flask",)),
    row("Django's LOGGING and test client",
        "import django\nfrom django.conf import settings\nfrom django.http import HttpResponse\nfrom django.urls import path\n"
        "def look(request, n):\n    say([n])\n    return HttpResponse()\n"
        "urlpatterns = [path('<int:n>', look)]\n"
        "settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=['*'], LOGGING={'version': 1, 'disable_existing_loggers': False,\n"
        "  'handlers': {'zaius': {'class': 'zaius_logging.ZaiusHandler'}}, 'loggers': {'shop': {'handlers': ['zaius'], 'level': 'INFO'}}})\n"
        "django.setup()\nfrom django.test import Client\n[Client().get(f'/{n}') for n in range(10)]", needs=("django",)),
)  # fmt: skip

LOGGING = rows(
    "Logging",
    row("dictConfig", "import logging.config\nlogging.config.dictConfig({'version': 1, 'disable_existing_loggers': False, 'handlers': {'z': {'class': 'zaius_logging.ZaiusHandler'}}, 'root': {'handlers': ['z']}})\n" + ALL),
    row("a second dictConfig that names none of it", "import logging.config\nstart()\nsay(range(5))\nlogging.config.dictConfig({'version': 1, 'disable_existing_loggers': False})\nsay(range(5, 10))"),
    row("a hundred dictConfigs", "import logging.config\nfor n in range(100): logging.config.dictConfig({'version': 1, 'disable_existing_loggers': False, 'handlers': {'z': {'class': 'zaius_logging.ZaiusHandler'}}, 'root': {'handlers': ['z']}}); say([n // 10]) if n % 10 == 0 else None"),
    row("handlers cleared without close", "start()\n" + ALL + "\nshop.handlers.clear()"),
    row("QueueHandler and QueueListener, with Seal", "import logging.handlers, queue\nfrom zaius_logging import ZaiusHandler\nfrom zaius_logging.integrations.queues import Seal\nq = queue.Queue(); into = logging.handlers.QueueHandler(q); into.addFilter(Seal()); shop.addHandler(into)\nlistener = logging.handlers.QueueListener(q, ZaiusHandler()); listener.start()\n" + ALL + "\nlistener.stop()"),
    row("MemoryHandler", "import logging.handlers\nhandler = start(); shop.removeHandler(handler)\nshop.addHandler(logging.handlers.MemoryHandler(5, target=handler))\n" + ALL),
    row("stderr is a logger", "class Log:\n    def write(self, text): logging.getLogger('stderr').error(text.rstrip())\n    def flush(self): pass\nsys.stderr = Log()\n" + START),
    row("warnings are captured", "logging.captureWarnings(True)\n" + START),
    row("Rich's handler beside it", "from rich.logging import RichHandler\nlogging.basicConfig(handlers=[RichHandler()])\n" + START, needs=("rich",)),
    row("coloredlogs", "import coloredlogs\ncoloredlogs.install()\n" + START, needs=("coloredlogs",)),
    row("loguru", "from loguru import logger\nfrom zaius_logging import ZaiusHandler\nhandler = ZaiusHandler()\nlogger.add(handler, format='{message}')\nfor n in range(10): logger.bind(zaius={'type': 'product', 'action': 'detail', 'identifiers': {'customer_id': f'customer-{n}'}}).info('x')", needs=("loguru",), events=0),
    row("unittest's assertLogs", "import unittest\nstart()\nwith unittest.TestCase().assertLogs('other'): logging.getLogger('other').warning('x')\n" + ALL),
)  # fmt: skip
