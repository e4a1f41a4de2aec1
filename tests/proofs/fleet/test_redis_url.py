"""What an address says, and that it is never shown."""

import subprocess
import sys
import traceback

import pytest

from zaius_logging import ConfigError, ZaiusHandler
from zaius_logging._transport.endpoint import is_redis
from zaius_logging._transport.redis_address import redis_address

pytest.importorskip("redis", reason="the fleet needs redis-py: pip install 'zaius-logging[redis]'")


def test_the_address_of_the_example():
    """Stream and database come from the address; the rest has defaults."""
    address = redis_address("redis://host:6380/2?stream=shop:events")
    assert (address.url, address.stream) == ("redis://host:6380/2", "shop:events")
    assert address.shown == "redis://host:6380/2"
    assert (address.max_events, address.require_durable) == (1_000_000, False)


def test_user_and_password_stay_in_the_url_only():
    """What is shown, and the repr, have neither."""
    address = redis_address("rediss://me:s3cret@host/0?ssl_ca_certs=/ca.pem")
    assert address.url == "rediss://me:s3cret@host/0?ssl_ca_certs=%2Fca.pem"
    assert "s3cret" not in repr(address)
    assert address.shown == "rediss://host/0"


def test_our_options_are_taken_out_of_the_query():
    """redis-py gets only its own."""
    address = redis_address(
        "redis://h/0?stream=s&max_events=5000&max_bytes=9000000&require_durable=true"
        "&wait_replicas=1&wait_timeout=0.5&socket_keepalive=true"
    )
    assert address.url == "redis://h/0?socket_keepalive=true"
    assert (address.stream, address.max_events, address.max_bytes) == ("s", 5000, 9_000_000)
    assert (address.require_durable, address.wait_replicas, address.wait_timeout) == (True, 1, 0.5)


def test_sentinels_and_their_service():
    """Several hosts, the service, then the database."""
    address = redis_address("redis+sentinel://:pw@a:1,b/mymaster/3?stream=s")
    assert address.sentinels == (("a", 1), ("b", 26379))
    assert (address.form, address.service, address.stream) == ("sentinel", "mymaster", "s")
    assert address.url == "redis://:pw@sentinels/3"


def test_a_cluster():
    """The scheme says so; redis-py is given the plain one."""
    address = redis_address("rediss+cluster://host:7000/?stream=s")
    assert (address.form, address.url) == ("cluster", "rediss://host:7000/")


@pytest.mark.parametrize(
    ("stream", "key"),
    [("zaius:events", "{zaius:events}:lease"), ("{eu}:events", "{eu}:events:lease")],
)
def test_the_keys_of_a_stream_lie_in_its_slot(stream, key):
    """Redis Cluster hashes what stands in braces; a stream that has some keeps them."""
    assert redis_address("redis://h/0", stream=stream).key("lease") == key


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("redis://", "names no host"),
        ("redis://:s3cret@/0", "names no host"),
        ("redis://u:s3cret@h:port/0", "not an address"),
        ("redis://u:s3cret@h/first", "database"),
        ("redis://u:s3cret@h/0#x", "not an address"),
        ("redis://u:s3cret@h/0?stream", "not an address"),
        ("redis://u:s3cret@h/0?stream=", "stream"),
        ("redis://u:s3cret@h/0?max_events=10", "from 500 up"),
        ("redis://u:s3cret@h/0?max_bytes=1", "from 2000000 up"),
        ("redis://u:s3cret@h/0?require_durable=maybe", "true or false"),
        ("redis://u:s3cret@h/0?wait_timeout=nan", "above 0"),
        ("redis+sentinel://u:s3cret@h,i", "names no service"),
        ("redis+sentinel://u:s3cret@,/m", "not an address"),
        ("redis+cluster://u:s3cret@h/0?wait_replicas=1", "cluster"),
        ("rediss://u:s3cret@h/0?ssl_cert_reqs=none", "TLS verification"),
        ("rediss://u:s3cret@h/0?ssl_check_hostname=false", "TLS verification"),
        ("http://u:s3cret@h/0", "must start with redis://"),
    ],
)
def test_mistakes_are_named_without_the_address(url, problem):
    """Each is a ConfigError that says what to do; neither it nor a frame of ours shows the password."""
    with pytest.raises(ConfigError, match=problem) as caught:
        redis_address(url)
    assert "s3cret" not in str(caught.value) + repr(caught.value)
    assert caught.value.__context__ is None
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)][1:]
    assert frames
    assert not any("s3cret" in repr(frame.f_locals) for frame in frames)


def test_only_redis_schemes_are_redis():
    """Anything else is the API's address."""
    assert is_redis("rediss+sentinel://a/b")
    assert is_redis("REDIS://h")
    assert not is_redis("https://api.zaius.com/v3")
    assert not is_redis("redisx://h")


def test_a_handler_for_a_stream_needs_no_key(monkeypatch):
    """The key is the relay's; the host has an address only, and the handler never shows its password."""
    monkeypatch.delenv("ZAIUS_API_KEY", raising=False)
    monkeypatch.setenv("ZAIUS_ENDPOINT", "redis://u:s3cret@127.0.0.1:1/0")
    for handler in (ZaiusHandler(), ZaiusHandler(endpoint="redis://u:s3cret@127.0.0.1:1/0")):
        assert "RedisTransport redis://127.0.0.1:1/0 zaius:events" in repr(handler)
        assert "s3cret" not in repr(handler) + repr(handler._config) + repr(vars(handler))
        handler.close()


def test_an_option_that_redis_py_does_not_know():
    """It is a ConfigError while configuring, and its value is not shown."""
    with pytest.raises(ConfigError, match="redis-py does not know"):
        ZaiusHandler(endpoint="redis://u:s3cret@127.0.0.1:1/0?nonsense=1")


def test_a_handler_that_could_not_be_made_is_not_closed_at_exit():
    """logging.shutdown never hears of it, even where its error is kept."""
    script = (
        "import zaius_logging\n"
        "try: zaius_logging.ZaiusHandler(endpoint='redis://127.0.0.1:1/0?nonsense=1')\n"
        "except zaius_logging.ConfigError as error: kept = error\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stderr == ""
