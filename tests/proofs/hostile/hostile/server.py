"""A server of raw sockets that can do to a client whatever a server can.

A fault is a function of a `Conversation`: it reads or not, sends what it likes, and returns whether the
connection is to be kept. Once `heal()` was called, every request is taken and answered as the API does.
"""

import json
import select
import socket
import ssl
import struct
import threading
from contextlib import suppress

ACCEPTED = b'{"title":"Accepted","status":202,"timestamp":"2026-01-01T00:00:00.000Z"}'
BLOCK = b"x" * 65536


class Conversation:
    """One connection from the server's side. Allocates next to nothing: memory is measured here."""

    def __init__(self, sock, server):
        self.sock = sock
        self.server = server
        self.body = b""

    def read(self):
        """Read a request. False at the end of the connection."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.sock.recv(65536)
            if not more:
                return False
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        fields = [line.split(b":", 1) for line in head.split(b"\r\n")[1:]]
        length = next((int(v) for k, v in fields if k.lower() == b"content-length"), 0)
        parts = [body]
        length -= len(body)
        while length > 0:
            part = self.sock.recv(min(length, 65536))
            if not part:
                return False
            parts.append(part)
            length -= len(part)
        self.head = head
        self.body = b"".join(parts)
        return True

    def take(self):
        """Take the events of the request that was read."""
        self.server.bodies.append(self.body)

    def send(self, *parts):
        for part in parts:
            self.sock.sendall(part)

    def answer(self, status=202, body=ACCEPTED, *headers, reason=b"Whatever"):
        """Send a whole answer."""
        if status in (204, 304):
            body = b""
        fields = b"".join(header + b"\r\n" for header in headers)
        size = b"" if status == 204 else b"Content-Length: %d\r\n" % len(body)
        self.send(b"HTTP/1.1 %d %b\r\n%b%b\r\n" % (status, reason, fields, size), body)
        return True

    def drip(self, data, pause=0.02):
        """Send byte by byte, for ever if that is what `data` does."""
        for each in data:
            self.send(bytes([each]))
            if self.server.closing.wait(pause):
                return

    def hang(self):
        """Do nothing until the server closes."""
        self.server.closing.wait(60)

    def reset(self):
        """End the connection with RST in place of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def tls(self, context):
        self.sock = context.wrap_socket(self.sock, server_side=True)


class Server:
    """Listens on a free port of loopback until `close`.

    Args:
        fault: what to do to each request, or connection, until it is healed.
        tls: a context of the ssl module for a server, or None.
        sick_tls: a context to use instead until it is healed; `stall` for no handshake at all.
        deaf: do not even listen until it is healed.
        host: the address to listen on.
    """

    def __init__(self, fault=None, *, tls=None, sick_tls=None, deaf=False, host="127.0.0.1"):
        self.fault = fault
        self.tls = tls
        self.sick_tls = sick_tls
        self.bodies = []
        self.connections = 0
        self.requests = 0
        self.healed = False
        self.closing = threading.Event()
        self._open = set()
        self._lock = threading.Lock()
        self._threads = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((host, 0))
        self.port = self._listener.getsockname()[1]
        if not deaf:
            self._listen()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def heal(self):
        """End the fault, and the connections it has to itself."""
        self.healed = True
        if not self._threads:
            self._listen()

    @property
    def taken(self):
        """All events that were taken, in order."""
        return [event for body in self.bodies for event in json.loads(body)]

    def close(self):
        self.closing.set()
        with suppress(OSError):  # wakes accept()
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for conversation in self._open:
                with suppress(OSError):
                    socket.socket.shutdown(conversation.sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _listen(self):
        self._listener.listen(64)
        self._spawn(self._accept)

    def _spawn(self, work, *args):
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while not self.closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._spawn(self._converse, sock)

    def _converse(self, sock):
        conversation = Conversation(sock, self)
        with self._lock:
            self._open.add(conversation)
        try:
            self._handshake(conversation)
            keep = True
            while keep and not self.closing.is_set():
                keep = self._one(conversation)
                if keep:  # whether it has healed is asked when the next request comes
                    select.select([conversation.sock], [], [])
        except (OSError, ValueError):
            pass  # what a client does that has had enough
        finally:
            with self._lock:
                self._open.discard(conversation)
            conversation.sock.close()
            sock.close()

    def _handshake(self, conversation):
        context = self.tls if self.healed or self.sick_tls is None else self.sick_tls
        if context == "close":
            raise OSError
        if context == "stall":
            conversation.hang()
        elif context is not None:
            conversation.sock.settimeout(5)
            conversation.tls(context)

    def _one(self, conversation):
        if not self.healed and self.fault is not None:
            return self.fault(conversation)
        if not conversation.read():
            return False
        self.requests += 1
        conversation.take()
        return conversation.answer()


def server_context(certificate, *, client_ca=None):
    """A context of the ssl module for a certificate of trustme."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    if client_ca is not None:
        client_ca.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
