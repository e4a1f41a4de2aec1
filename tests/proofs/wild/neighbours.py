"""Libraries that patch what lies below us, and servers of old."""

from rows import ALL, START, row, rows

SENTRY = (
    "import sentry_sdk\n"
    "sentry_sdk.init(dsn='http://k@127.0.0.1:9/1', transport=lambda event: None)\n"
)
FROZEN = "from freezegun import freeze_time\n"
NEIGHBOURS = rows(
    "Neighbours",
    row(
        "requests_mock",
        "import requests_mock\n"
        "with requests_mock.Mocker() as m:\n"
        "    m.post(requests_mock.ANY, status_code=202, json={})\n"
        "    handler = start(); say(range(10)); handler.flush(5)\n"
        "    assert sum(len(r.json()) for r in m.request_history) == 10",
        needs=("requests_mock",),
        events=0,
    ),
    row(
        "responses",
        "import responses\n"
        "with responses.RequestsMock() as m:\n"
        "    m.post(os.environ['ZAIUS_ENDPOINT'] + '/events', status=202, json={})\n"
        "    handler = start(); say(range(10)); handler.flush(5)",
        needs=("responses",),
        events=0,
    ),
    row(
        "vcr records; the key is masked",
        "import vcr\n"
        "with vcr.use_cassette('c.yaml'):\n"
        "    handler = start(); say(range(10)); handler.flush(5); handler.close()\n"
        "text = open('c.yaml').read()\n"
        "assert 'customer-9' in text and os.environ['ZAIUS_API_KEY'] not in text and '***' in text",
        needs=("vcr",),
    ),
    row(
        "freezegun, imported before",
        "import zaius_logging\n" + FROZEN + "with freeze_time('2024-02-29'):\n"
        "    handler = start(); say(range(10)); assert handler.flush(5)",
        needs=("freezegun",),
    ),
    row(
        "freezegun, imported in the freeze",
        FROZEN + "with freeze_time('2024-02-29'):\n"
        "    handler = start(); say(range(10)); assert handler.flush(5)",
        needs=("freezegun",),
    ),
    row(
        "freezegun, imported in one freeze, used in the next",
        FROZEN + "with freeze_time('2024-02-29'): handler = start()\n"
        "with freeze_time('2024-03-01'):\n"
        "    say(range(10)); assert handler.flush(5)",
        needs=("freezegun",),
    ),
    row(
        "time-machine",
        "import time_machine\n"
        "with time_machine.travel('2024-02-29', tick=False):\n"
        "    handler = start(); say(range(10)); assert handler.flush(5)",
        needs=("time_machine",),
    ),
    row(
        "truststore",
        "import truststore\ntruststore.inject_into_ssl()\n" + START,
        needs=("truststore",),
    ),
    row(
        "pyOpenSSL in urllib3",
        "import urllib3.contrib.pyopenssl\n"
        "urllib3.contrib.pyopenssl.inject_into_urllib3()\n" + START,
        needs=("OpenSSL",),
    ),
    row("Sentry", SENTRY + START, needs=("sentry_sdk",)),
    row(
        "OpenTelemetry's requests",
        "from opentelemetry.instrumentation.requests import RequestsInstrumentor\n"
        "RequestsInstrumentor().instrument()\n" + START,
        needs=("opentelemetry.instrumentation.requests",),
    ),
    row(
        "OpenTelemetry's urllib3",
        "from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor\n"
        "URLLib3Instrumentor().instrument()\n" + START,
        needs=("opentelemetry.instrumentation.urllib3",),
    ),
    row(
        "Elastic APM", "import elasticapm\nelasticapm.instrument()\n" + START, needs=("elasticapm",)
    ),
    row(
        "gevent patches first",
        "import gevent.monkey; gevent.monkey.patch_all()\n" + START,
        needs=("gevent",),
    ),
    row(
        "gevent patches after the handler",
        "start()\nimport gevent.monkey; gevent.monkey.patch_all()\n" + ALL,
        needs=("gevent",),
        how="PYTHON -W ignore APP",
    ),
    row(
        "eventlet patches first",
        "import eventlet; eventlet.monkey_patch()\n" + START,
        needs=("eventlet",),
        how="PYTHON -W ignore APP",
    ),
    row(
        "eventlet patches after the handler",
        "start()\nimport eventlet; eventlet.monkey_patch()\n" + ALL,
        needs=("eventlet",),
        how="PYTHON -W ignore APP",
    ),
    row(
        "getaddrinfo takes no keywords",
        "import socket\n"
        "real = socket.getaddrinfo\n"
        "socket.getaddrinfo = lambda *args: real(*args)\n" + START,
    ),
    row(
        "getaddrinfo with other names",
        "import socket\n"
        "real = socket.getaddrinfo\n"
        "def look(host=None, service=None, family=0, socktype=0, proto=0, flags=0): return real(host, service, family, socktype, proto, flags)\n"
        "socket.getaddrinfo = look\n" + START,
    ),
    row(
        "a default socket timeout of 1 ms",
        "import socket\nsocket.setdefaulttimeout(0.001)\n" + START,
    ),
    row(
        "requests.Session.request patched",
        "import requests, functools\n"
        "real = requests.Session.request\n"
        "requests.Session.request = lambda self, *a, **k: real(self, *a, **{**k, 'timeout': 1})\n"
        + START,
    ),
    row(
        "HTTPAdapter.send wrapped",
        "import requests.adapters\n"
        "real = requests.adapters.HTTPAdapter.send\n"
        "def send(self, request, *a, **k): return real(self, request, *a, **k)\n"
        "requests.adapters.HTTPAdapter.send = send\n" + START,
    ),
    row(
        "json.dumps patched",
        "import json\n"
        "real = json.dumps\n"
        "json.dumps = lambda o, **k: real(o, **{**k, 'indent': 2})\n" + START,
    ),
    row(
        "nothing but ALL_PROXY=socks5, no PySocks",
        "sys.modules['socks'] = None\n"
        "handler = start(endpoint='https://127.0.0.1:9/v3', close_timeout=0.2)\n" + ALL + "\n"
        "handler.flush(1)\n"
        "assert handler.stats().state == 'paused', handler.stats()",
        env={
            "ALL_PROXY": "socks5h://127.0.0.1:1080",
            "all_proxy": "socks5h://127.0.0.1:1080",
            "no_proxy": "",
            "NO_PROXY": "",
        },
        events=0,
        says="PySocks",
    ),
    row(
        "HTTP_PROXY that does not answer (loopback goes round it)",
        env={"HTTP_PROXY": "http://127.0.0.1:9", "no_proxy": ""},
    ),
    row("urllib3.future in urllib3's place", how="FUTURE APP", needs=("=future",)),
)

NETWORK = rows(
    "The network",
    *(
        row(
            name,
            "import http.server, threading, json, urllib.request\n"
            "real = os.environ['ZAIUS_ENDPOINT'] + '/events'\n"
            "class Gate(http.server.BaseHTTPRequestHandler):\n"
            f"    protocol_version = 'HTTP/{version}'\n"
            "    def do_POST(self):\n"
            "        body = self.rfile.read(int(self.headers['content-length']))\n"
            "        urllib.request.urlopen(urllib.request.Request(real, body, {'x-api-key': 'k', 'content-type': 'application/json'})).close()\n"
            "        self.send_response(202)\n"
            f"        {headers}\n"
            "        self.end_headers(); self.wfile.write(b'{}')\n"
            f"        {after}\n"
            "    def log_message(self, *_): pass\n"
            "server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Gate); server.daemon_threads = True\n"
            "threading.Thread(target=server.serve_forever, daemon=True).start()\n"
            "handler = start(endpoint=f'http://127.0.0.1:{server.server_port}/v3', flush_interval=0.05)\n"
            "import time\n"
            "for n in range(10):\n"
            "    say([n]); handler.flush(5)",
        )
        for name, version, headers, after in (
            ("HTTP/1.0, no length", "1.0", "pass", "pass"),
            ("HTTP/1.0 with a length", "1.0", "self.send_header('content-length', '2')", "pass"),
            (
                "HTTP/1.1 that closes after each answer",
                "1.1",
                "self.send_header('content-length', '2'); self.send_header('connection', 'close')",
                "self.close_connection = True",
            ),
            (
                "HTTP/1.1 with 0.1 s of keep-alive",
                "1.1",
                "self.send_header('content-length', '2')",
                "self.connection.settimeout(0.1)",
            ),
            (
                "HTTP/1.1 without a length",
                "1.1",
                "self.send_header('connection', 'close')",
                "self.close_connection = True",
            ),
        )
    ),
)
