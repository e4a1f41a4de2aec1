"""Appending to a real stream: whole or not at all, and each way in which Redis can fail is an Outcome."""

import logging
import os
import ssl
import subprocess
import sys
from dataclasses import replace

import pytest
import trustme

from tests.proofs.fleet.tools import STREAM, documented_rights, free_port, item, redis, until
from zaius_logging import Delivered, Paused, Retry, Split, ZaiusHandler
from zaius_logging._fleet.checks import weaknesses
from zaius_logging._fleet.failures import redis_failure
from zaius_logging._fleet.transport import RedisTransport
from zaius_logging._operators.notices import Notices
from zaius_logging._spool.memory import MemorySpool


def items(count, start=0):
    return [item(n) for n in range(start, start + count)]


@pytest.fixture
def said():
    return []


@pytest.fixture
def connect(said):
    made = []

    def connect(url, **more):
        made.append(RedisTransport(url, notices=Notices(said.append), **more))
        return made[-1]

    yield connect
    for transport in made:
        transport.close()


def waiting(server, stream=STREAM):
    with redis.Redis(port=server.port) as client:
        return [fields[b"e"] for _, fields in client.xrange(stream)]


def test_a_batch_is_appended_in_order_as_it_is(server, connect):
    """The stream holds the very bytes, and how many they are."""
    transport = connect(server.url())
    assert transport.send(items(500)) == Delivered()
    assert transport.send(items(10, 500)) == Delivered()
    assert waiting(server) == items(510)
    with server.client() as client:
        assert int(client.get("{zaius:events}:bytes")) == sum(map(len, items(510)))


def test_a_stream_at_its_bound_takes_all_or_nothing(server, connect):
    """Full is an answer; what is in the stream stays, and nothing of the batch gets in."""
    transport = connect(server.url(max_events=700))
    assert transport.send(items(500)) == Delivered()
    assert transport.send(items(201, 500)) == Retry("the stream is full (500 events)")
    assert waiting(server) == items(500)
    assert transport.send(items(200, 500)) == Delivered()
    assert waiting(server) == items(700)


def test_a_stream_at_its_bound_of_bytes(server, connect):
    """Bytes are bounded too, and a stream that was emptied by hand starts at nothing."""
    transport = connect(server.url(max_bytes=2_000_000))
    large = [b"x" * 900_000]
    assert transport.send(large * 2) == Delivered()
    assert isinstance(transport.send(large), Retry)
    with server.client() as client:
        client.delete(STREAM)
    assert transport.send(large) == Delivered()


def test_a_batch_larger_than_the_stream_may_be_is_split(server, connect):
    """It would never fit, however long it waited."""
    transport = connect(server.url(max_bytes=2_000_000))
    assert isinstance(transport.send([b"x" * 1_500_000] * 2), Split)


def test_a_script_that_was_flushed_is_sent_again(server, connect):
    """NOSCRIPT means that nothing has been done: the batch goes at once, and once."""
    transport = connect(server.url())
    assert transport.send(items(1)) == Delivered()
    with server.client() as client:
        client.script_flush()
    assert transport.send(items(1, 1)) == Delivered()
    assert waiting(server) == items(2)


def test_no_server_is_a_retry_and_a_restart_is_found(start_redis, connect):
    """An outage of the broker is an outage: the batch waits, and goes when it is back."""
    server = start_redis()
    transport = connect(server.url())
    assert transport.send(items(3)) == Delivered()
    server.kill()
    for _ in range(2):
        outcome = transport.send(items(3, 3))
        assert isinstance(outcome, Retry)
        assert str(server.port) not in outcome.reason
    server.start()
    assert transport.send(items(3, 3)) == Delivered()
    assert waiting(server) == items(6)


def test_out_of_memory_is_a_retry(server, connect):
    """OOM changes nothing in the stream, and passes when there is room again."""
    transport = connect(server.url())
    with server.client() as client:
        client.config_set("maxmemory", "1mb")
        assert transport.send(items(500)) == Retry("Redis is out of memory")
        assert client.xlen(STREAM) == 0
        client.config_set("maxmemory", "0")
    assert transport.send(items(500)) == Delivered()


def test_a_read_only_replica_is_a_retry_with_a_new_connection(start_redis, connect):
    """READONLY is what a former primary answers after a failover."""
    primary, replica = start_redis(), start_redis()
    transport = connect(replica.url())
    with replica.client() as client:
        client.replicaof("127.0.0.1", primary.port)
        assert transport.send(items(1)) == Retry("this Redis is a read-only replica")
        client.replicaof("NO", "ONE")
    assert transport.send(items(1)) == Delivered()


def test_loading_is_a_retry(start_redis, connect):
    """A server that reads its file after a start takes no commands until it is through."""
    server = start_redis(appendonly="no")
    with server.client() as client:
        for n in range(60):
            client.set(f"key{n}", os.urandom(2000))  # nothing that compresses
        client.save()
    server.kill()
    server.start(wait=False, key_load_delay=50_000, loading_process_events_interval_bytes=1024)
    transport = connect(server.url())
    found = until(lambda: _not_turned_away(transport.send(items(1))), what="an answer")
    assert found == Retry("Redis is loading its data")
    assert until(lambda: transport.send(items(1)) == Delivered(), what="the end of loading")


@pytest.mark.both
def test_a_server_that_loads_is_not_one_that_forgets(start_redis, connect, said):
    """Its append-only file is off until it has been read: who asks for a durable server is not to give it up for that."""
    server = start_redis()
    with server.client() as client:
        for n in range(60):
            client.set(f"key{n}", os.urandom(2000))
        client.bgrewriteaof()
        until(lambda: not client.info("persistence")["aof_rewrite_in_progress"], what="its file")
    server.kill()
    server.start(wait=False, key_load_delay=50_000, loading_process_events_interval_bytes=1024)
    transport = connect(server.url(require_durable="true"))
    found = until(lambda: _not_turned_away(transport.send(items(1))), what="an answer")
    assert found == Retry("Redis is loading its data")
    assert until(lambda: transport.send(items(1)) == Delivered(), what="the end of loading")
    assert said == []


def _not_turned_away(outcome):
    return None if "connection" in getattr(outcome, "reason", "") else outcome


def test_a_wrong_password_pauses_and_is_not_shown(start_redis, connect):
    """Paused says what to check; neither password is in any text."""
    server = start_redis(requirepass="s3cret")
    wrong = connect(f"redis://:wr0ng@127.0.0.1:{server.port}/0")
    assert wrong.send(items(1)) == Paused("Redis does not accept user or password: check endpoint")
    assert "wr0ng" not in repr(wrong)
    none = connect(server.url())
    assert none.send(items(1)) == Paused(
        "Redis asks for a password: put user and password into endpoint"
    )
    right = connect(f"redis://:s3cret@127.0.0.1:{server.port}/0")
    assert right.send(items(1)) == Delivered()


PRODUCER = documented_rights("producer")


def test_the_smallest_rights_of_a_producer_are_enough(server, connect):
    """It may append and look at persistence; it can neither read events nor delete them."""
    with server.client() as admin:
        admin.execute_command("ACL", "SETUSER", "producer", *PRODUCER)
    transport = connect(f"redis://producer:PASSWORD@127.0.0.1:{server.port}/0")
    assert transport.send(items(3)) == Delivered()
    with server.client(username="producer", password="PASSWORD") as client:  # noqa: S106
        for command in (("XRANGE", STREAM, "-", "+"), ("DEL", STREAM), ("KEYS", "*")):
            with pytest.raises(redis.exceptions.NoPermissionError):
                client.execute_command(*command)


@pytest.mark.parametrize("right", ["+evalsha", "+eval", "+xlen", "+xadd", "+get", "+set"])
def test_without_any_of_these_rights_it_is_paused(server, connect, right):
    """The list has nothing that is not needed, and a lack of rights says so."""
    with server.client() as admin:
        rights = [each for each in PRODUCER if each != right]
        admin.execute_command("ACL", "SETUSER", "producer", *rights)
    transport = connect(f"redis://producer:PASSWORD@127.0.0.1:{server.port}/0")
    outcomes = [transport.send(items(1)) for _ in range(2)]  # the first finds an empty stream
    assert Paused("Redis does not let this user do what is needed: check its ACL") in outcomes


def test_without_the_right_to_look_it_warns(server, connect, said):
    """Nobody can say then whether events survive a crash."""
    with server.client() as admin:
        rights = [each for each in PRODUCER if each != "+info"]
        admin.execute_command("ACL", "SETUSER", "producer", *rights)
    transport = connect(f"redis://producer:PASSWORD@127.0.0.1:{server.port}/0")
    assert transport.send(items(1)) == Delivered()
    assert "allow +info" in said[0]


def test_one_node_of_a_cluster_says_what_to_use(start_redis, connect):
    """MOVED: the plain address cannot follow; the cluster's can, and finds the stream."""
    nodes = [start_redis(cluster_enabled="yes", cluster_port=free_port()) for _ in range(2)]
    for node, (low, high) in zip(nodes, ((0, 8191), (8192, 16383)), strict=True):
        with node.client() as client:
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", low, high)
    with nodes[0].client() as client:
        client.execute_command(
            "CLUSTER", "MEET", "127.0.0.1", nodes[1].port, nodes[1].settings["cluster-port"]
        )
    for node in nodes:
        with node.client() as client:
            until(lambda: _whole(client), what="the cluster")
    outcomes = [connect(node.url()).send(items(1)) for node in nodes]
    assert Paused("this Redis is one node of a cluster: use redis+cluster://") in outcomes
    assert Delivered() in outcomes
    for node in nodes:
        clustered = connect(f"redis+cluster://127.0.0.1:{node.port}/?stream={STREAM}")
        assert clustered.send(items(1)) == Delivered()


def _whole(client):
    info = client.execute_command("CLUSTER", "INFO")
    text = info if isinstance(info, str) else str(info)
    slots = client.execute_command("CLUSTER", "SLOTS")
    return "ok" in text and "fail" not in text.partition("cluster_slots")[0] and len(slots) == 2


def follow(replica, primary):
    """Make a server another's replica, and wait until both know it."""
    with replica.client() as client:
        client.replicaof("127.0.0.1", primary.port)
        until(lambda: client.info("replication")["master_link_status"] == "up", what="the link")
    with primary.client() as client:
        until(lambda: client.info("replication")["slave0"]["state"] == "online", what="the replica")


def test_the_sentinels_know_the_primary(start_redis, connect, tmp_path):
    """The address names sentinels; after a failover the batch goes to the new primary."""
    primary, replica = start_redis(), start_redis()
    follow(replica, primary)
    port = free_port()
    conf = tmp_path / "sentinel.conf"
    conf.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {tmp_path}\n"
        f"sentinel monitor shop 127.0.0.1 {primary.port} 1\n"
        "sentinel down-after-milliseconds shop 500\nsentinel failover-timeout shop 3000\n"
    )
    with (tmp_path / "sentinel.log").open("w") as log:
        sentinel = subprocess.Popen(["redis-server", conf, "--sentinel"], stdout=log, stderr=log)  # noqa: S607
    try:
        transport = connect(f"redis+sentinel://127.0.0.1:{port}/shop/0?stream={STREAM}")
        until(lambda: transport.send(items(1)) == Delivered(), what="the sentinel's answer")
        with redis.Redis(port=port, decode_responses=True) as client:
            until(
                lambda: client.execute_command("SENTINEL", "REPLICAS", "shop"),
                what="the replica's discovery",
            )
        primary.kill()
        until(lambda: transport.send(items(1, 1)) == Delivered(), what="the failover")
        assert item(1) in waiting(replica)
    finally:
        sentinel.kill()
        sentinel.wait()


def test_tls_is_verified(start_redis, connect, tmp_path):
    """With the right CA it works; without it, it is paused with the reason."""
    ca, port = trustme.CA(), free_port()
    pair = ca.issue_cert("127.0.0.1")
    for name, blob in (("key", pair.private_key_pem), ("crt", pair.cert_chain_pems[0])):
        blob.write_to_path(tmp_path / f"server.{name}")
    ca.cert_pem.write_to_path(tmp_path / "ca.crt")
    start_redis(
        tls_port=port,
        tls_cert_file=tmp_path / "server.crt",
        tls_key_file=tmp_path / "server.key",
        tls_ca_cert_file=tmp_path / "ca.crt",
        tls_auth_clients="no",
    )
    good = connect(f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={tmp_path / 'ca.crt'}")
    assert good.send(items(1)) == Delivered()
    bad = connect(f"rediss://127.0.0.1:{port}/0")
    assert bad.send(items(1)) == Paused(
        "Redis's TLS certificate does not verify: check endpoint and ssl_ca_certs"
    )


def test_a_batch_counts_once_the_replicas_have_it(start_redis, connect):
    """With wait_replicas a lone primary is not enough; when the replica is back, one double at most."""
    primary, replica = start_redis(), start_redis()
    follow(replica, primary)
    transport = connect(primary.url(wait_replicas=1, wait_timeout=9))
    patient = transport._address
    assert transport.send(items(2)) == Delivered()
    assert replica.length() == 2
    replica.kill()
    transport._address = replace(patient, wait_timeout=0.2)
    assert transport.send(items(2, 2)) == Retry("too few replicas have the batch")
    for _ in range(3):  # it is not appended again and again
        assert transport.send(items(2, 2)) == Retry("too few replicas have what was sent")
    assert primary.length() == 4
    replica.start(replicaof=f"127.0.0.1 {primary.port}")
    transport._address = patient
    assert transport.send(items(2, 2)) == Delivered()
    assert primary.length() == 6
    assert replica.length() == 6


def test_a_batch_whose_replicas_cannot_be_asked_for_is_appended_once(server, connect):
    """A right is missing for that: with each try the batch would be in the stream once more, for the API too."""
    with server.client() as admin:
        admin.execute_command("ACL", "SETUSER", "producer", *PRODUCER)  # no +incrby +wait
    url = f"redis://producer:PASSWORD@127.0.0.1:{server.port}/0?wait_replicas=1"
    transport = connect(url)
    for _ in range(3):
        assert isinstance(transport.send(items(1)), Paused)
    assert server.length() == 1


def test_a_server_that_would_forget_is_warned_of_once(start_redis, connect, said):
    """No append-only file and an eviction policy: both are named, in one line, and events still go."""
    server = start_redis(appendonly="no", maxmemory_policy="allkeys-lru")
    transport = connect(server.url())
    for n in range(3):
        assert transport.send(items(1, n)) == Delivered()
    assert len(said) == 1
    assert "WARNING" in said[0]
    assert "appendonly yes" in said[0]
    assert "noeviction" in said[0]


def test_with_require_durable_it_is_paused(start_redis, connect, said):
    """Nothing is appended; it is looked at again, and passes once the server is right."""
    server = start_redis(appendonly="no")
    transport = connect(server.url(require_durable="true"))
    outcome = transport.send(items(1))
    assert isinstance(outcome, Paused)
    assert "append-only file" in outcome.reason
    assert server.length() == 0
    assert said == []
    with server.client() as client:
        client.config_set("appendonly", "yes")
    assert transport.send(items(1)) == Delivered()


def test_each_server_of_several_is_looked_at():
    """What is wrong with two of them is reported once; a good one adds nothing."""
    good = {"aof_enabled": 1, "maxmemory_policy": "noeviction"}
    bad = {"aof_enabled": 0, "maxmemory_policy": "noeviction"}
    assert weaknesses([good]) == []
    assert len(weaknesses([good, bad, bad])) == 1


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (redis.exceptions.ResponseError("MISCONF errors writing"), Retry("Redis cannot write to its disk")),
        (redis.exceptions.ResponseError("NOREPLICAS Not enough"), Retry("Redis has too few replicas")),
        (redis.exceptions.ResponseError("BUSY Redis is busy"), Retry("Redis is busy with another script")),
        (redis.exceptions.ResponseError("WRONGTYPE Operation"), Paused("the key holds something else than a stream: choose another stream")),
        (
            redis.exceptions.ResponseError(
                "Error running script (call to f_1): @user_script:1: @user_script: 1: -OOM command not allowed"
            ),
            Retry("Redis is out of memory"),
        ),
        (redis.exceptions.TimeoutError("Timeout reading"), Retry("Redis did not answer in time")),
        (redis.exceptions.ConnectionError("Error 1 to s3cret"), Retry("the connection to Redis failed")),
        (redis.exceptions.ClusterDownError("CLUSTERDOWN"), Retry("the Redis cluster is down")),
        (redis.exceptions.ResponseError("ERR s3cret"), Retry("Redis failed (ResponseError)")),
        (ssl.SSLCertVerificationError("s3cret"), Paused("Redis's TLS certificate does not verify: check endpoint and ssl_ca_certs")),
        (KeyError("s3cret"), Retry("Redis failed (KeyError)")),
    ],
)  # fmt: skip
def test_what_cannot_be_staged_here_is_read_from_the_error(error, outcome):
    """The code decides, wherever Redis puts it; none of the error's words come through."""
    assert redis_failure(error) == outcome


def test_a_key_that_is_no_stream_pauses(server, connect):
    """WRONGTYPE: somebody else's key is left alone."""
    with server.client() as client:
        client.set(STREAM, "theirs")
    outcome = connect(server.url()).send(items(1))
    assert isinstance(outcome, Paused)
    with server.client() as client:
        assert client.get(STREAM) == "theirs"


def test_a_forked_child_has_connections_of_its_own(server, connect):
    """Parent and child append at the same time; neither reads the other's answers."""
    transport = connect(server.url())
    assert transport.send(items(1)) == Delivered()
    child = os.fork()
    if not child:
        transport.after_fork_in_child()
        good = all(transport.send([item(n, "child")]) == Delivered() for n in range(50))
        os._exit(0 if good else 1)
    assert all(transport.send([item(n)]) == Delivered() for n in range(50))
    assert os.waitpid(child, 0)[1] == 0
    assert server.length() == 101


def test_redis_py_is_imported_only_when_it_is_used():
    """A handler that sends to the API does not pay for it, and does not need it."""
    script = (
        "import sys, zaius_logging; zaius_logging.ZaiusHandler(api_key='k'); "
        "assert 'redis' not in sys.modules; "
        "zaius_logging.ZaiusHandler(endpoint='redis://127.0.0.1:1/0'); assert 'redis' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_without_redis_py_the_error_says_what_to_install():
    """The extra is named."""
    script = (
        "import sys; sys.modules['redis'] = None\n"
        "import zaius_logging\n"
        "try: zaius_logging.ZaiusHandler(endpoint='redis://127.0.0.1:1/0')\n"
        "except zaius_logging.ConfigError as error: assert '[redis]' in str(error), error\n"
        "else: raise SystemExit(1)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_handler_delivers_to_the_stream_and_hears_nothing_of_redis(server, attach):
    """The same handler, one line changed; what redis-py logs does not come back as events."""
    handler = ZaiusHandler(endpoint=server.url(), level=logging.DEBUG, data={"shop": "eu"})
    logger = attach(handler)
    redis_logger = logging.getLogger("redis")
    redis_logger.addHandler(handler)
    redis_logger.setLevel(logging.DEBUG)
    try:
        for n in range(5):
            logger.info("x", extra={"zaius": {"type": "t", "action": "a", "identifiers": {"email": "a@b"}, "data": {"n": n}}})  # fmt: skip
        assert handler.flush(10)
    finally:
        redis_logger.removeHandler(handler)
        redis_logger.setLevel(logging.NOTSET)
    assert handler.stats().delivered == server.length() == 5


def test_an_outage_of_the_broker_is_an_outage(start_redis, attach, said):
    """The host's spool grows while Redis is away, and drains when it is back: nothing is lost."""
    server = start_redis()
    handler = ZaiusHandler(endpoint=server.url(), notices=said.append, spool=MemorySpool())
    logger = attach(handler)
    server.kill()
    for n in range(700):
        logger.info("x", extra={"zaius": {"type": "t", "action": "a", "identifiers": {"email": "a@b"}, "data": {"n": n}}})  # fmt: skip
    assert not handler.flush(0.3)
    assert handler.stats().pending == 700
    server.start()
    assert until(lambda: handler.flush(1), what="the drain")
    assert server.length() == 700
    assert any("refused the connection" in line or "connection" in line for line in said)
