"""Webhooks with Celery and requests, as a careful user would write them: one task an effect, acknowledged late, a kept-alive
session and a psycopg connection for each process (or thread), one transaction for the attempt's row and the effect's state.
"""

import os
import threading
import time

import psycopg
import requests
from celery import Celery
from kombu import Exchange, Queue

from .effects import ATTEMPT, DONE, PAUSE_SECONDS, READ, secret_of, signed

QUEUE = "bench.effects.celery"

app = Celery("bench", broker=os.environ["BENCH_AMQP"])
app.conf.update(
    task_queues=[Queue(QUEUE, Exchange(""), routing_key=QUEUE, no_declare=True, queue_arguments={"x-queue-type": "quorum"})],
    task_default_queue=QUEUE,
    task_default_queue_type="quorum",
    worker_detect_quorum_queues=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=16,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    broker_connection_retry_on_startup=True,
)
SECRET = secret_of(os.environ["BENCH_SECRET"])
own = threading.local()


def connection():
    if not hasattr(own, "connection"):
        own.connection = psycopg.connect(os.environ["BENCH_PG"], autocommit=True, prepare_threshold=1)
        own.session = requests.Session()
        own.session.trust_env = False
    return own.connection, own.session


@app.task(name="bench.effect", bind=True, max_retries=None)
def effect(task, identity):
    database, session = connection()
    row = database.execute(READ.format("%s"), (identity,)).fetchone()
    if row is None:
        return
    url, text, attempts = row
    body = text.encode()
    started = time.time()
    try:
        status = session.post(url, data=body, headers=signed(SECRET, identity, body), timeout=20, allow_redirects=False).status_code
    except requests.RequestException:
        status = 0
    with database.transaction(), database.pipeline():
        database.execute(ATTEMPT.format("%s", "%s", "%s", "%s"), (identity, started, time.time(), status))
        database.execute(DONE.format("%(id)s", "%(status)s"), {"id": identity, "status": status})
    if not 200 <= status < 300:
        raise task.retry(countdown=PAUSE_SECONDS * (attempts + 1))
