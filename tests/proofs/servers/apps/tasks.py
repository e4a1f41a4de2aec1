"""A Celery application whose broker is a folder; LINE says how its children flush.

Run as a program it is its own eight clients.
"""

import os
import sys
import threading
from pathlib import Path

import shop
from celery import Celery
from celery.signals import setup_logging, worker_process_shutdown

import zaius_logging

FOLDER = Path(os.environ["BROKER"])

app = Celery("tasks", broker="filesystem://")
app.conf.broker_transport_options = {
    "data_folder_in": str(FOLDER / "queue"),
    "data_folder_out": str(FOLDER / "queue"),
    "control_folder": str(FOLDER / "control"),
    "polling_interval": 0.01,
}


@setup_logging.connect(weak=False)
def configure(**_):
    """Celery leaves logging alone where somebody listens to this signal."""
    shop.configure()


if os.environ.get("LINE") == "recipe":

    @worker_process_shutdown.connect(weak=False)
    def flush(**_):
        """The one line that children of a prefork pool need: they end by os._exit."""
        zaius_logging.flush()


if os.environ.get("LINE") == "install":
    from zaius_logging.integrations.celery import install

    install()


@app.task
def buy(number):
    """Buy."""
    shop.buy(number)


def client(first):
    """Send every eighth task."""
    for number in range(first, int(sys.argv[1]), 8):
        app.send_task("tasks.buy", [number])


if __name__ == "__main__":
    clients = [threading.Thread(target=client, args=(first,)) for first in range(8)]
    for each in clients:
        each.start()
