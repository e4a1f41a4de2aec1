"""SocketHandler: records are pickled to a log server, which delivers the events.

`Seal` at the sender: what is bound does not travel, and not everything in `extra` can be pickled. Only
ever unpickle what your own machines send.
"""

import logging
import pickle
import socketserver
import struct
import threading
from logging.handlers import SocketHandler

import zaius_logging
from zaius_logging.integrations.queues import Seal


class Receiver(socketserver.StreamRequestHandler):
    def handle(self):
        while head := self.rfile.read(4):
            (length,) = struct.unpack(">L", head)
            attributes = pickle.loads(self.rfile.read(length))  # noqa: S301
            self.server.zaius.handle(logging.makeLogRecord(attributes))


server = socketserver.TCPServer(("127.0.0.1", 0), Receiver)
server.zaius = zaius_logging.ZaiusHandler()
serving = threading.Thread(target=server.handle_request)
serving.start()

# The sender, which in earnest is another machine.
sender = SocketHandler(*server.server_address)
sender.addFilter(Seal())
logging.basicConfig(level=logging.INFO, handlers=[sender])
with zaius_logging.bound(identifiers={"email": "tyler@example.com"}):
    logging.getLogger("shop").info(
        "bought", extra={"zaius": {"type": "order", "action": "purchase"}}
    )

sender.close()
serving.join()
server.server_close()
