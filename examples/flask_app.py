"""Flask: identifiers are bound for each request. Run: gunicorn --threads 8 flask_app:app"""

import logging.config
import time

from flask import Flask, request, session

import zaius_logging
from zaius_logging.integrations import vuid_of

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "root": {"level": "INFO", "handlers": ["zaius"]},
    }
)
app = Flask(__name__)
app.secret_key = "only-for-the-example"  # noqa: S105


@app.before_request
def bind_customer():
    zaius_logging.unbind()  # a thread serves one request after the other
    zaius_logging.bind(
        identifiers={
            "vuid": vuid_of(request.cookies),
            "customer_id": session.get("customer_id"),  # None says nothing
        }
    )


@app.after_request
def unbind_customer(response):
    # When its last byte has left. What the thread logs between two requests is not this customer's.
    response.call_on_close(zaius_logging.unbind)
    return response


@app.get("/buy/<number>")
def buy(number):
    time.sleep(0.001)  # a database, in earnest; meanwhile other requests run
    app.logger.info(
        "bought %s",
        number,
        extra={"zaius": {"type": "order", "action": "purchase", "data": {"n": number}}},
    )
    return "thank you"
