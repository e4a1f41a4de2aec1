"""python-logstash-async: lines over TCP, through a queue and a store in memory."""

from logstash_async.handler import AsynchronousLogstashHandler

from . import Contender


class Logstash(Contender):
    name = "python-logstash-async"
    slow = True

    def handler(self, sink):
        return AsynchronousLogstashHandler("127.0.0.1", sink.port, database_path=None)

    def finish(self):
        self._handler.close()
        thread = type(self._handler)._worker_thread  # noqa: SLF001 - close() waits for nothing
        if thread is not None:
            thread.join(60)
