"""Webhooks with aio-pika, httpx and asyncpg on uvloop, as a careful user would write them: 64 at once over kept-alive
connections, one transaction for the attempt's row and the effect's state, acknowledged after it.

    python -m peers.effects_asyncio
"""

import asyncio
import os
import signal
import time

import aio_pika
import asyncpg
import httpx
import uvloop

from .effects import ATTEMPT, DONE, PAUSE_SECONDS, READ, secret_of, signed

QUEUE = "bench.effects.asyncio"
AT_ONCE = 64
CONNECTIONS = 8


class Peer:
    def __init__(self, pool, client, secret):
        self.pool, self.client, self.secret = pool, client, secret

    async def handle(self, message) -> None:
        identity = message.body.decode()
        async with self.pool.acquire() as connection:
            row = await connection.fetchrow(READ.format("$1"), identity)
        if row is not None:
            await self.call(identity, row["url"], row["body"].encode(), row["attempts"])
        await message.ack()

    async def call(self, identity, url, body, attempts) -> None:
        while True:
            started = time.time()
            try:
                reply = await self.client.post(url, content=body, headers=signed(self.secret, identity, body))
                status = reply.status_code
            except httpx.HTTPError:
                status = 0
            async with self.pool.acquire() as connection, connection.transaction():
                await connection.execute(ATTEMPT.format("$1", "$2", "$3", "$4"), identity, started, time.time(), status)
                await connection.execute(DONE.format("$1", "$2"), identity, status)
            if 200 <= status < 300:
                return
            attempts += 1
            await asyncio.sleep(PAUSE_SECONDS * attempts)


async def main() -> None:
    pool = await asyncpg.create_pool(os.environ["BENCH_PG"], min_size=CONNECTIONS, max_size=CONNECTIONS)
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(limits=limits, timeout=20, trust_env=False, follow_redirects=False) as client:
        peer = Peer(pool, client, secret_of(os.environ["BENCH_SECRET"]))
        connection = await aio_pika.connect_robust(os.environ["BENCH_AMQP"])
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=AT_ONCE)
        queue = await channel.get_queue(QUEUE, ensure=False)
        await queue.consume(peer.handle)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()
        await connection.close()


if __name__ == "__main__":
    uvloop.run(main())
