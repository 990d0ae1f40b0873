"""What is done to the fleet. Each fault is applied while events flow; `apply` returns what it did, in a few words."""

import os
import random
import signal
import subprocess
import time

from database import DatabaseDown

HEARTBEAT = 4  # seconds, as the workers are told


class Faults:
    def __init__(self, seed, workers, database, node_dir, proxy, rows, expected):
        self.rng = random.Random(f"{seed}/faults")
        self.workers, self.database, self.node_dir, self.proxy = workers, database, node_dir, proxy
        self.rows = rows  # () -> rows in the database so far
        self.expected = expected  # () -> rows there will be of what is confirmed

    def node(self, command, *arguments, timeout=180):
        done = subprocess.run(
            [os.path.join(self.node_dir, command), *arguments], capture_output=True, text=True, timeout=timeout
        )
        if done.returncode != 0:
            raise RuntimeError(f"{command} {' '.join(arguments)}: {done.stderr.strip()[-400:]}")
        return done.stdout.strip()

    def apply(self, name):
        return getattr(self, name)()

    def kill(self):
        worker = self.rng.choice(self.workers)
        worker.process.send_signal(signal.SIGKILL)
        return worker.name

    def terminate(self):
        ended = self.database.value(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return f"{ended} connections"

    def broker(self):
        # In turns an orderly end and a kill.
        self.orderly = not getattr(self, "orderly", False)
        self.node("broker", "stop" if self.orderly else "kill")
        time.sleep(self.rng.uniform(0.2, 2))
        self.node("broker", "start")
        return "stopped" if self.orderly else "killed"

    def postgres(self):
        self.node("database", "immediate")
        time.sleep(self.rng.uniform(0.2, 2))
        self.node("database", "start")
        return "immediate"

    def freeze(self):
        pid = int(self.node("broker", "pid"))
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(2 * HEARTBEAT + 1.5)
        finally:
            os.kill(pid, signal.SIGCONT)
        return f"{2 * HEARTBEAT + 1.5:.1f} s"

    def alarm(self):
        """Publishers are blocked, consumers are not: what waits in the queue must drain although no wake-up can leave."""
        intake = [worker for worker in self.workers if worker.name.startswith("habeas-intake")]
        for worker in intake:
            worker.process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(1.5)  # a backlog gathers
            self.node("rabbitmqctl", "set_vm_memory_high_watermark", "absolute", "1MB")
        finally:
            for worker in intake:
                worker.process.send_signal(signal.SIGCONT)
        try:
            before, waiting = self.rows(), self.expected()
            deadline = time.monotonic() + 15
            while time.monotonic() < deadline and self.rows() < waiting:
                time.sleep(0.2)
            drained = self.rows() - before
            time.sleep(3)
        finally:
            self.node("rabbitmqctl", "set_vm_memory_high_watermark", "0.4")
        return f"{drained} of {waiting - before} waiting rows written under the alarm"

    def cut(self):
        self.proxy.arm()
        if self.proxy.cut.wait(15):
            return "between COMMIT and its answer"
        self.proxy.disarm()
        return "no COMMIT came by in 15 s"


def rows_so_far(database):
    """Rows that events of their own have left, or None while the database is away."""
    try:
        return int(
            database.value(
                "SELECT (SELECT count(*) FROM habeas.inbox) + (SELECT count(*) FROM habeas.parked_message)",
                timeout=20,
            )
        )
    except (DatabaseDown, subprocess.TimeoutExpired):
        return None
