"""The example's Celery application with a folder for a broker; run as a program, its eight clients."""

import os
import sys
import threading
import uuid
from pathlib import Path

import celery_app
from celery_app import app

FOLDER = Path(os.environ["BROKER"])
app.conf.broker_url = "filesystem://"
app.conf.broker_transport_options = {
    "data_folder_in": str(FOLDER / "queue"),
    "data_folder_out": str(FOLDER / "queue"),
    "control_folder": str(FOLDER / "control"),
    "polling_interval": 0.01,
}


def client(first):
    """Call a task for each customer, as a web request does."""
    for number in range(first, int(sys.argv[1]), 8):
        celery_app.bought(str(uuid.UUID(int=number)), str(number))


if __name__ == "__main__":
    clients = [threading.Thread(target=client, args=(first,)) for first in range(8)]
    for each in clients:
        each.start()
