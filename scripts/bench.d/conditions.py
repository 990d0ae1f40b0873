"""What the figures hold for: machine, versions, durability."""

import os
import platform
import re
import subprocess
import tempfile
import time
from importlib.metadata import version


def _first_line(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.strip().splitlines()[0]
    except (OSError, IndexError, subprocess.SubprocessError):
        return "unknown"


def _processor() -> str:
    with open("/proc/cpuinfo") as file:
        found = re.search(r"model name\s*:\s*(.+)", file.read())
    return found.group(1) if found else platform.machine()


def sync_milliseconds(folder: str) -> float:
    """The median time to make 8 kB durable here: what every commit and every confirm waits for."""
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(101):
            os.pwrite(file.fileno(), bytes(8192), 0)
            begin = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begin)
    return round(1000 * sorted(times)[50], 3)


def conditions(broker, database, folder: str) -> dict:
    settings = database.settings()
    if settings["synchronous_commit"] != "on" or settings["fsync"] != "on":
        raise SystemExit("the database does not write durably; nothing measured here would count")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "kernel": platform.release(),
        "fdatasync_ms": sync_milliseconds(folder),
        "swift": _first_line(["swift", "--version"]),
        **broker.versions(),
        "postgresql": settings.pop("server_version"),
        "python": platform.python_version(),
        **{name: version(name) for name in ("celery", "aio-pika", "asyncpg", "psycopg", "pydantic", "cryptography", "uvloop")},
        "queues": "quorum, persistent messages, publisher confirms, one node",
        "database": settings,
    }
