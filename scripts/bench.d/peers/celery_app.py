"""The job in Celery, as a careful user would write it.

- `acks_late` with `reject_on_worker_lost`: a killed worker loses nothing.
- Quorum queue, per-consumer prefetch; publisher confirms; persistent messages.
- One psycopg 3 connection a process, one transaction a task. Its statements travel as one pipeline and are prepared, so
  that a task waits for the database twice (rows, mark) and not fourteen times.
- No result backend, no events, no gossip: what the documentation says to switch off for speed is off.

Left out, in Celery's favour: early events, halving, attempt counts, metrics, drain.
"""

import os

import orjson
import psycopg
from celery import Celery
from celery.exceptions import Reject
from celery.signals import worker_process_init
from kombu import Connection, Exchange, Queue
from pydantic import ValidationError

from .event import Event
from .intake import Keys, Registry, open_case
from .statements import insert_values

QUEUE = "bench.celery"

app = Celery("bench", broker=os.environ["BENCH_AMQP"])
app.conf.update(
    task_queues=[Queue(QUEUE, Exchange(""), routing_key=QUEUE, no_declare=True, queue_arguments={"x-queue-type": "quorum"})],
    task_default_queue=QUEUE,
    task_default_queue_type="quorum",
    worker_detect_quorum_queues=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=int(os.environ.get("BENCH_PREFETCH", "16")),
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    broker_connection_retry_on_startup=True,
    broker_heartbeat=10,
    task_serializer="json",
    accept_content=["json"],
)


class Publisher:
    """Two messages, one wait: kombu's `confirm_publish` would wait for each of them."""

    def __init__(self, url: str):
        self.connection = Connection(url, heartbeat=0)
        self.channel = self.connection.default_channel
        self.channel.confirm_select()
        # Listeners, and not channel.wait(): publishing reads, too, and would drop an answer nobody waits for yet.
        self.channel.events["basic_return"].add(self.returned)
        self.channel.events["basic_ack"].add(self.confirmed)
        self.channel.events["basic_nack"].add(self.refused)
        self.published = 0
        self.waiting = set()
        self.unheard = set()

    def returned(self, error, exchange, routing_key, message):
        self.unheard.add(message.properties["message_id"])

    def confirmed(self, tag, multiple):
        self.waiting = {one for one in self.waiting if (one > tag if multiple else one != tag)}

    def refused(self, tag, multiple):
        raise RuntimeError("the broker refused a message")

    def publish(self, rows) -> None:
        for row in rows:
            message = self.channel.prepare_message(
                row.body,
                content_type="application/json",
                content_encoding="utf-8",
                properties={"delivery_mode": 2, "message_id": str(row.id), "type": row.message_type, "app_id": "habeas"},
            )
            self.published += 1
            self.waiting.add(self.published)
            self.channel.basic_publish(message, exchange=row.exchange, routing_key=row.routing_key, mandatory=True)
        while self.waiting:
            self.connection.drain_events(timeout=30)


class Process:
    """What each worker process keeps open."""

    def __init__(self):
        self.database = psycopg.connect(os.environ["BENCH_PG"], autocommit=True, application_name="bench-celery", prepare_threshold=0)
        with open(os.environ["BENCH_KEYS"]) as file:
            self.keys = Keys(file.read())
        clients = dict(self.database.execute("SELECT id, time_zone FROM habeas.client").fetchall())
        publisher, profile = self.database.execute("SELECT id, profile FROM habeas.publisher WHERE id = 'bench'").fetchone()
        self.registry = Registry(publisher, profile, clients)
        self.publisher = Publisher(os.environ["BENCH_AMQP"])


process: Process | None = None


@worker_process_init.connect
def begin(**_):
    global process
    process = Process()


def mark(_):
    return "%s"


TAKE, CASE, SECRET, EVIDENCE = (insert_values(table, mark) for table in ("inbox", "case_file", "case_secret", "evidence"))
MANY = {(table, rows): insert_values(table, mark, rows) for table in ("case_identity", "deadline", "outbox", "outbox_pending") for rows in range(1, 9)}
SETTLE = """
    WITH settled AS (
      DELETE FROM habeas.outbox_pending WHERE id = ANY(%s)
      RETURNING id, created_at, CASE WHEN id = ANY(%s) THEN 'unheard' ELSE 'sent' END AS state)
    INSERT INTO habeas.outbox_settlement (state, attempts, oldest, newest, ids)
    SELECT state, 1, min(created_at), max(created_at), array_agg(id) FROM settled GROUP BY state"""


def insert(cursor, table: str, rows: list[tuple]) -> None:
    for start in range(0, len(rows), 8):
        chunk = rows[start : start + 8]
        cursor.execute(MANY[table, len(chunk)], [value for row in chunk for value in row])


@app.task(name="bench.intake", acks_late=True, ignore_result=True, autoretry_for=(psycopg.OperationalError,), retry_backoff=True, max_retries=None)
def intake(event: dict) -> None:
    try:
        case = open_case(Event.model_validate_json(content := orjson.dumps(event)), content, process.registry, process.keys)
    except (ValidationError, KeyError) as fault:
        raise Reject(str(type(fault)), requeue=False) from None
    database = process.database
    outgoing = case.outbox
    try:
        # BEGIN to COMMIT in one trip. An event taken in before breaks the inbox's key, which undoes everything.
        with database.pipeline(), database.transaction(), database.cursor() as cursor:
            cursor.execute(TAKE, case.inbox)
            cursor.execute(CASE, case.case_file)
            cursor.execute(SECRET, case.secret)
            insert(cursor, "case_identity", case.identities)
            insert(cursor, "deadline", case.deadlines)
            cursor.execute(EVIDENCE, case.evidence)
            insert(cursor, "outbox", [row.row() for row in outgoing])
            insert(cursor, "outbox_pending", [row.pending() for row in outgoing])
    except psycopg.errors.UniqueViolation:
        return
    publisher = process.publisher
    publisher.publish(outgoing)
    unheard = [row.id for row in outgoing if str(row.id) in publisher.unheard]
    publisher.unheard.clear()
    database.execute(SETTLE, ([row.id for row in outgoing], unheard))
