"""A small real proxy: CONNECT with Basic authentication, and nothing else."""

import base64
import socket
import threading
from contextlib import suppress

from hostile.server import Server


class Proxy(Server):
    """Tunnels to wherever it is asked to, for who knows the password.

    Args:
        password: `user:password`, or None to let everybody through.
        status: what to answer until it is healed, `hang`, or None for none.
    """

    def __init__(self, password=None, status=None):
        super().__init__()
        self.password = password
        self.status = status
        self.asked = []
        self.heads = []

    def _one(self, conversation):
        if not conversation.read():
            return False
        self.heads.append(conversation.head)
        self.asked.append(conversation.head.split()[1].decode())
        if self.status == "hang" and not self.healed:
            conversation.hang()
            return False
        if self.status is not None and not self.healed:
            return conversation.answer(self.status, b"no", b"Proxy-Authenticate: Basic")
        if self.password is not None:
            secret = base64.b64encode(self.password.encode())
            if b"Basic " + secret not in conversation.head:
                return conversation.answer(407, b"no", b"Proxy-Authenticate: Basic")
        host, _, port = self.asked[-1].rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), 5) as upstream:
            conversation.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pump, args=(upstream, conversation.sock), daemon=True)
            back.start()
            pump(conversation.sock, upstream)
            back.join(10)
        return False


def pump(source, target):
    """Copy bytes until one side ends, and tell the other."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for sock in (source, target):
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
