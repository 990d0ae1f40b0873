"""What figures hold for: machine, versions, durability."""

import json
import os
import platform
import re
import subprocess
import tempfile
import time
import urllib.request
from base64 import b64encode
from urllib.parse import unquote, urlsplit

SETTINGS = ("synchronous_commit", "fsync", "full_page_writes", "wal_sync_method", "shared_buffers", "max_wal_size")


def management(url, path, timeout=30):
    """What the broker's management API answers to GET."""
    parts = urlsplit(url)
    request = urllib.request.Request(f"{parts.scheme}://{parts.hostname}:{parts.port}{path}")
    login = f"{unquote(parts.username)}:{unquote(parts.password)}".encode()
    request.add_header("Authorization", "Basic " + b64encode(login).decode())
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.load(answer)


def first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.strip().splitlines()[0]
    except (OSError, IndexError, subprocess.SubprocessError):
        return "unknown"


def processor():
    with open("/proc/cpuinfo") as file:
        found = re.search(r"model name\s*:\s*(.+)", file.read())
    return found.group(1) if found else platform.machine()


def sync_milliseconds(folder):
    """The median time to make 8 kB durable here: what every commit and every confirm waits for."""
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(101):
            os.pwrite(file.fileno(), bytes(8192), 0)
            begin = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begin)
    return round(1000 * sorted(times)[50], 3)


def surroundings(database, management_url, folder):
    settings = {name: database.value(f"SHOW {name}") for name in SETTINGS}
    if settings["synchronous_commit"] != "on" or settings["fsync"] != "on":
        raise SystemExit("the database does not write durably; nothing measured here would count")
    broker = management(management_url, "/api/overview")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": processor(),
        "kernel": platform.release(),
        "fdatasync_ms": sync_milliseconds(folder),
        "swift": first_line(["swift", "--version"]),
        "rabbitmq": broker["rabbitmq_version"],
        "erlang": broker["erlang_version"],
        "postgresql": database.value("SHOW server_version"),
        "database": settings,
    }


def in_words(found):
    """On one line, the database's settings at its end."""
    plain = {name: value for name, value in found.items() if name != "database"} | found["database"]
    return "; ".join(f"{name} {value}" for name, value in plain.items())
