"""What runs with a fleet under test have in common: its workers, waiting, what its database counts, and its evidence."""

import os
import subprocess
import sys
import threading
import time

from database import Database, DatabaseDown
from surroundings import surroundings
from workers import Supervisor, Worker


def say(text):
    print(text, file=sys.stderr, flush=True)


class Memory(threading.Thread):
    """The most that a worker had resident, whichever process it was."""

    def __init__(self, worker):
        super().__init__(name="memory", daemon=True)
        self.worker, self.most, self.stopping = worker, 0.0, False

    def run(self):
        while not self.stopping:
            self.most = max(self.most, self.worker.resident_mb())
            time.sleep(0.1)


class FleetRun:
    PAUSE = 0.2  # seconds from one look to the next

    def __init__(self, options, fleet):
        self.options, self.fleet = options, fleet
        self.database = Database(fleet["database_url"])
        self.workers = [Worker(description, options.logs) for description in fleet["workers"]]
        self.supervisor = Supervisor(self.workers)
        self.conditions = surroundings(self.database, fleet["management_url"], options.logs)

    def begin(self):
        self.supervisor.start()
        if self.wait("workers ready", lambda: all(worker.is_ready() for worker in self.workers), 60) is None:
            raise SystemExit("the workers did not become ready; see " + self.options.logs)

    def started(self, workers):
        """Some of the workers, under a supervisor of their own."""
        supervisor = Supervisor(workers)
        supervisor.start()
        self.must("workers ready", lambda: all(worker.process and worker.is_ready() for worker in workers), 60)
        return supervisor

    def number(self, query):
        try:
            return int(self.database.value(query))
        except (DatabaseDown, subprocess.TimeoutExpired, TypeError):
            return -1

    def wait(self, what, condition, limit):
        """The seconds until the condition held; none where that took too long."""
        since = time.monotonic()
        while time.monotonic() - since < limit:
            try:
                if condition():
                    return round(time.monotonic() - since, 1)
            except DatabaseDown as fault:
                say(f"asking again: {fault}")
            time.sleep(self.PAUSE)
        say(f"not within {limit} s: {what}")
        return None

    def must(self, what, condition, limit):
        """The same where nothing that follows would make sense without."""
        seconds = self.wait(what, condition, limit)
        if seconds is None:
            raise SystemExit(f"gave up; see {self.options.logs}")
        return seconds

    def evidence(self, limit=600):
        command = [self.fleet["habeas"], "evidence", "verify", "--all"]
        done = subprocess.run(command, env={**os.environ, **self.fleet["operator_env"]}, capture_output=True, text=True, timeout=limit)
        return "holds" if done.returncode == 0 else (done.stdout + done.stderr).strip()[-300:]
