"""structlog through its bridge to the standard library. Run: gunicorn --threads 8 structlog_app:application

`render_to_log_kwargs` puts what is left of the event dict, `zaius` included, into `extra`.
"""

import logging.config
import time

import structlog

import zaius_logging
from zaius_logging.integrations import cookies_of, vuid_of

logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "root": {"level": "INFO", "handlers": ["zaius"]},
    }
)
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.render_to_log_kwargs,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
)
log = structlog.get_logger("shop")


def application(environ, start_response):
    cookies = cookies_of(environ.get("HTTP_COOKIE", ""))
    with zaius_logging.bound(identifiers={"vuid": vuid_of(cookies)}):
        time.sleep(0.001)  # a database, in earnest; meanwhile other requests run
        number = environ["PATH_INFO"].rpartition("/")[2]
        log.info("bought", zaius={"type": "order", "action": "purchase", "data": {"n": number}})
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"thank you"]
