"""The broker as the driver sees it: how much waits, emptying."""

from urllib.parse import quote, unquote, urlparse

import amqp

from surroundings import management as ask

# What the workers send, without the length limit that a publisher's own queue has: nobody reads it here.
OUTCOMES = "bench.outcomes"
TASKS = "bench.celery"
QUORUM = {"x-queue-type": "quorum", "x-delivery-limit": 20}


class Broker:
    def __init__(self, url: str, management: str):
        parts = urlparse(url)
        self.vhost = unquote(parts.path[1:])
        self.connection = amqp.Connection(
            f"{parts.hostname}:{parts.port}", userid=parts.username, password=parts.password, virtual_host=self.vhost, heartbeat=0
        )
        self.connection.connect()
        self.channel = self.connection.channel()
        self.management = management

    def api(self, path: str):
        return ask(self.management, f"/api/{path}")

    def prepare(self) -> None:
        """Queues of the bench's own; outcomes go there and nowhere else."""
        vhost = quote(self.vhost, safe="")
        for binding in self.api(f"exchanges/{vhost}/habeas.outcomes/bindings/source"):
            self.channel.queue_delete(binding["destination"])
        for name in (OUTCOMES, TASKS):
            self.channel.queue_declare(name, durable=True, auto_delete=False, arguments=QUORUM)
        self.channel.queue_bind(OUTCOMES, "habeas.outcomes", "publisher.bench.#")
        self.queues = [queue["name"] for queue in self.api(f"queues/{vhost}")]
        for queue in self.api(f"queues/{vhost}"):
            if queue["type"] != "quorum" or not queue["durable"]:
                raise SystemExit(f"{queue['name']} is no durable quorum queue")

    def empty(self) -> None:
        for name in self.queues:
            self.channel.queue_purge(name)

    def waiting(self, queue: str) -> tuple[int, int]:
        """Messages ready, and consumers."""
        answer = self.channel.queue_declare(queue, passive=True)
        return answer.message_count, answer.consumer_count
