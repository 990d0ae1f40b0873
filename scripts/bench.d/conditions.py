"""What the figures hold for, and what the peers are written with."""

import platform
from importlib.metadata import version

from surroundings import surroundings


def conditions(broker, database, folder: str) -> dict:
    return surroundings(database, broker.management, folder) | {
        "python": platform.python_version(),
        **{name: version(name) for name in ("celery", "aio-pika", "asyncpg", "psycopg", "pydantic", "cryptography", "uvloop")},
        "queues": "quorum, persistent messages, publisher confirms, one node",
    }
