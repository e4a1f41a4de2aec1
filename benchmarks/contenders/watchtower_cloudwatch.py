"""watchtower: CloudWatch Logs through boto3."""

import json
import logging

import boto3
import botocore.config
import watchtower

from . import Contender


class Event(logging.Formatter):
    def format(self, record):
        return json.dumps(record.zaius)


class Watchtower(Contender):
    name = "watchtower"
    slow = True

    def handler(self, sink):
        client = boto3.client(
            "logs",
            endpoint_url=sink.url,
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",  # noqa: S106
            config=botocore.config.Config(disable_request_compression=True),
        )
        handler = watchtower.CloudWatchLogHandler(
            log_group_name="benchmarks",
            log_stream_name="benchmarks",
            boto3_client=client,
            create_log_group=False,
            create_log_stream=False,
            send_interval=1,
        )
        handler.setFormatter(Event())
        return handler
