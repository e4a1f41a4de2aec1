"""QueueHandler and QueueListener: `Seal` makes the event whole at the call.

In the listener's thread nothing is bound. Without the filter the event would lose what is bound here,
and the time and id would be those of its arrival. You need no queue for our sake: ZaiusHandler has its
own, and no log call waits for the network.
"""

import logging
import queue
from logging.handlers import QueueHandler, QueueListener

import zaius_logging
from zaius_logging.integrations.queues import Seal

records = queue.SimpleQueue()
into_queue = QueueHandler(records)
into_queue.addFilter(Seal())
logging.basicConfig(level=logging.INFO, handlers=[into_queue])
listener = QueueListener(records, zaius_logging.ZaiusHandler())
listener.start()

with zaius_logging.bound(identifiers={"email": "tyler@example.com"}):
    logging.getLogger("shop").info(
        "bought", extra={"zaius": {"type": "order", "action": "purchase"}}
    )

listener.stop()
