"""A Celery application that logs with each task; its broker is a directory."""

import os

import shop
from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown

import zaius_logging

app = Celery("tasks", broker="filesystem://")
folder = os.environ["BROKER"]
app.conf.update(
    broker_transport_options={
        "data_folder_in": folder,
        "data_folder_out": folder,
        "control_folder": folder,
        "polling_interval": 0.05,
    },
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)
producer = None


@worker_process_init.connect
def start(**_):
    global producer  # noqa: PLW0603
    shop.configure()
    producer = shop.Producer("task")


@worker_process_shutdown.connect
def stop(**_):
    zaius_logging.flush(3.0)


@app.task(name="log")
def log(count):
    producer.log(count)
