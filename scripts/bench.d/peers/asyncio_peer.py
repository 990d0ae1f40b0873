"""The job with aio-pika and asyncpg on uvloop, as a careful user would write it.

    python -m peers.asyncio_peer single    16 messages at once, one transaction each
    python -m peers.asyncio_peer batch     batches of 100, one transaction each, rows through unnest arrays

Statements are prepared (asyncpg does it by itself), connections pooled, messages persistent and `mandatory`, confirms waited
for, acknowledgements after them. Left out, in its favour: early events, halving, attempt counts, metrics, drain.
"""

import asyncio
import os
import signal
import sys

import aio_pika
import asyncpg
import uvloop
from aiormq.exceptions import PublishError
from pydantic import ValidationError

from .event import Event
from .intake import Keys, Registry, open_case, wake_up
from .statements import COLUMNS, insert_arrays, insert_values

QUEUE = "habeas.intake"
AT_ONCE = 16
BATCH = 100
WAKE_UP = 50
LINGER = 0.005


def mark(number: int) -> str:
    return f"${number}"


TAKE = insert_values("inbox", mark) + " ON CONFLICT DO NOTHING RETURNING 1"
ONE = {table: insert_values(table, mark) for table in COLUMNS}
TAKE_MANY = insert_arrays("inbox") + " ON CONFLICT DO NOTHING RETURNING dedupe_key"
MANY = {table: insert_arrays(table) for table in COLUMNS}
SETTLE = """
    WITH settled AS (DELETE FROM habeas.outbox_pending WHERE id = ANY($1::uuid[]) RETURNING id, created_at)
    INSERT INTO habeas.outbox_settlement (state, attempts, oldest, newest, ids)
    SELECT $2, 1, min(created_at), max(created_at), array_agg(id) FROM settled HAVING count(*) > 0"""


class Peer:
    def __init__(self, pool, connection, registry, keys):
        self.pool, self.connection, self.registry, self.keys = pool, connection, registry, keys
        self.exchanges = {}

    async def open_publisher(self):
        channel = await self.connection.channel(publisher_confirms=True, on_return_raises=True)
        for name in ("habeas.work", "habeas.outcomes"):
            self.exchanges[name] = await channel.get_exchange(name, ensure=False)

    def read(self, message):
        """The case of a message, or None if it is no good."""
        try:
            return open_case(Event.model_validate_json(message.body), message.body, self.registry, self.keys)
        except (ValidationError, KeyError):
            return None

    async def publish(self, row) -> bool:
        """False if nobody listens."""
        message = aio_pika.Message(
            row.body, content_type="application/json", delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=str(row.id), type=row.message_type, app_id="habeas",
        )
        try:
            await self.exchanges[row.exchange].publish(message, row.routing_key, mandatory=True, timeout=30)
        except PublishError:
            return False
        return True

    async def publish_and_settle(self, connection, rows) -> None:
        heard = await asyncio.gather(*(self.publish(row) for row in rows))
        for state, wanted in (("sent", True), ("unheard", False)):
            settled = [row.id for row, answer in zip(rows, heard) if answer is wanted]
            if settled:
                await connection.execute(SETTLE, settled, state)

    # one message, one transaction

    async def handle(self, message) -> None:
        case = self.read(message)
        if case is None:
            await message.reject(requeue=False)
            return
        async with self.pool.acquire() as connection:
            async with connection.transaction():
                if await connection.fetchval(TAKE, *case.inbox) is None:
                    rows = []
                else:
                    rows = case.outbox
                    await connection.execute(ONE["case_file"], *case.case_file)
                    await connection.execute(ONE["case_secret"], *case.secret)
                    # executemany travels as one pipeline.
                    await connection.executemany(ONE["case_identity"], case.identities)
                    await connection.executemany(ONE["deadline"], case.deadlines)
                    await connection.execute(ONE["evidence"], *case.evidence)
                    await connection.executemany(ONE["outbox"], [row.row() for row in rows])
                    await connection.executemany(ONE["outbox_pending"], [row.pending() for row in rows])
            if rows:
                await self.publish_and_settle(connection, rows)
        await message.ack()

    # many messages, one transaction

    async def handle_batch(self, messages) -> None:
        cases = {}
        for message in messages:
            case = self.read(message)
            if case is None:
                await message.reject(requeue=False)
            else:
                cases.setdefault(case.dedupe_key, case)
        async with self.pool.acquire() as connection:
            async with connection.transaction():
                taken = {row["dedupe_key"] for row in await connection.fetch(TAKE_MANY, *columns(sorted(case.inbox for case in cases.values())))}
                fresh = [cases[key] for key in cases if key in taken]
                # A worker is woken for many cases at once.
                groups = [fresh[start : start + WAKE_UP] for start in range(0, len(fresh), WAKE_UP)]
                outgoing = [case.outcome for case in fresh] + [wake_up([case.id for case in group], group[0].received) for group in groups]
                for table, rows in (
                    ("case_file", [case.case_file for case in fresh]),
                    ("case_secret", [case.secret for case in fresh]),
                    ("case_identity", [row for case in fresh for row in case.identities]),
                    ("deadline", [row for case in fresh for row in case.deadlines]),
                    ("evidence", [case.evidence for case in fresh]),
                    ("outbox", [row.row() for row in outgoing]),
                    ("outbox_pending", [row.pending() for row in outgoing]),
                ):
                    if rows:
                        await connection.execute(MANY[table], *columns(rows))
            if fresh:
                await self.publish_and_settle(connection, outgoing)
        # A batch is one run of this channel's tags: one acknowledgement does for all.
        await messages[-1].ack(multiple=True)


def columns(rows: list[tuple]) -> list[list]:
    return [list(column) for column in zip(*rows)]


async def consume_single(peer: Peer) -> None:
    channel = await peer.connection.channel()
    await channel.set_qos(prefetch_count=AT_ONCE)
    queue = await channel.get_queue(QUEUE, ensure=False)
    # aio-pika runs a callback in a task of its own; the prefetch is what bounds them.
    await queue.consume(peer.handle)


async def consume_batches(peer: Peer) -> None:
    """One of two: while one waits for the database, the other reads."""
    channel = await peer.connection.channel()
    await channel.set_qos(prefetch_count=2 * BATCH)
    queue = await channel.get_queue(QUEUE, ensure=False)
    waiting: asyncio.Queue = asyncio.Queue()
    await queue.consume(waiting.put)
    while True:
        batch = [await waiting.get()]
        deadline = asyncio.get_running_loop().time() + LINGER
        while len(batch) < BATCH:
            try:
                batch.append(waiting.get_nowait())
                continue
            except asyncio.QueueEmpty:
                pass
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                break
            try:
                batch.append(await asyncio.wait_for(waiting.get(), left))
            except TimeoutError:
                break
        await peer.handle_batch(batch)


async def main(mode: str) -> None:
    pool = await asyncpg.create_pool(
        os.environ["BENCH_PG"], min_size=AT_ONCE if mode == "single" else 2, max_size=AT_ONCE,
        server_settings={"application_name": f"bench-asyncio-{mode}"},
    )
    with open(os.environ["BENCH_KEYS"]) as file:
        keys = Keys(file.read())
    clients = {row[0]: row[1] for row in await pool.fetch("SELECT id, time_zone FROM habeas.client")}
    publisher, profile = await pool.fetchrow("SELECT id, profile FROM habeas.publisher WHERE id = 'bench'")
    connection = await aio_pika.connect_robust(os.environ["BENCH_AMQP"])
    peer = Peer(pool, connection, Registry(publisher, profile, clients), keys)
    await peer.open_publisher()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if mode == "single":
        tasks = []
        await consume_single(peer)
    else:
        tasks = [asyncio.create_task(consume_batches(peer)) for _ in range(2)]
    ended = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([ended, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    await connection.close()


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("single", "batch"):
        sys.exit("usage: python -m peers.asyncio_peer single|batch")
    uvloop.run(main(sys.argv[1]))
