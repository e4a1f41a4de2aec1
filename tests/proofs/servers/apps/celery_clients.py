"""Eight clients of the Celery example, each of whose calls has its own customer."""

import sys
import threading
import uuid

import celery_app


def client(first):
    """Call a task for every eighth customer, as a web request does."""
    for number in range(first, int(sys.argv[1]), 8):
        celery_app.bought(str(uuid.UUID(int=number)), str(number))


if __name__ == "__main__":
    clients = [threading.Thread(target=client, args=(first,)) for first in range(8)]
    for each in clients:
        each.start()
