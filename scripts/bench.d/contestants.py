"""Who runs: what each is started with and what it consumes."""

import os
import sys
from dataclasses import dataclass, field

from broker import TASKS

TASK = "bench.intake"


@dataclass(frozen=True)
class Contestant:
    name: str
    label: str
    command: list[str]
    environment: dict = field(default_factory=dict)
    queue: str = "habeas.intake"
    task: str | None = None
    # Events of the first run; later ones take as many as fill the time.
    events: int = 100_000
    least: int = 0
    probes: int | None = None


@dataclass(frozen=True)
class Ceiling:
    """Measures itself and prints a JSON object."""

    name: str
    label: str
    command: list[str]
    environment: dict
    events: int
    fills_queue: bool = False


def contestants(habeas: str, worker: str, worker_environment: dict, admin_amqp: str, admin_database: str, keys: str):
    peers = {"BENCH_AMQP": admin_amqp, "BENCH_PG": admin_database, "BENCH_KEYS": keys, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONOPTIMIZE": "1"}

    def celery(processes: int) -> Contestant:
        command = [
            sys.executable, "-m", "celery", "-A", "peers.celery_app", "worker", "--pool", "prefork", "-c", str(processes),
            "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "warning",
        ]
        return Contestant(
            f"celery_{processes}", f"Celery, prefork {processes}", command, peers, TASKS, TASK, events=1_000 + 1_000 * processes
        )

    def asyncio(mode: str, label: str, events: int) -> Contestant:
        return Contestant(f"asyncio_{mode}", f"aio-pika + asyncpg, {label}", [sys.executable, "-m", "peers.asyncio_peer", mode], peers, events=events)

    port = int(worker_environment["HABEAS_PROBES_PORT"])
    runners = [
        Contestant("ours", "habeas-intake", [worker], worker_environment, events=100_000, least=100_000, probes=port),
        celery(2),
        celery(4),
        asyncio("single", "16 at once", 10_000),
        asyncio("batch", "batches of 100", 30_000),
    ]
    ceilings = [
        Ceiling("broker", "broker alone", [habeas, "bench", "broker"], worker_environment, 100_000, fills_queue=True),
        Ceiling("database_1", "database alone, one connection", [habeas, "bench", "database", "--connections", "1"], worker_environment, 60_000),
        Ceiling("database_2", "database alone, two connections", [habeas, "bench", "database", "--connections", "2"], worker_environment, 60_000),
    ]
    return runners, ceilings


def environment(extra: dict) -> dict:
    """Nothing of the caller's own settings may reach a contestant."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HABEAS_", "BENCH_", "CELERY_", "PYTHON"))}
    return kept | extra
