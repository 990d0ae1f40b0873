"""The fleet under test, and a supervisor that starts a dead worker again, as systemd would."""

import atexit
import json
import os
import signal
import subprocess
import threading
import time
import urllib.request


class Worker:
    def __init__(self, description, log_folder):
        self.name = description["name"]
        self.argv = description["argv"]
        self.environment = description["env"]
        self.port = description["port"]
        self.log = os.path.join(log_folder, self.name + ".log")
        self.process = None
        self.started_at = None
        self.deaths = []  # exit statuses; -9 is ours

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.argv, env={**os.environ, **self.environment}, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self.started_at = time.monotonic()

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False

    def resident_mb(self):
        try:
            with open(f"/proc/{self.process.pid}/status") as status:
                return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
        except (OSError, StopIteration):
            return 0.0


class Supervisor(threading.Thread):
    """Restarts what ends: at once after a kill, after a second when a worker gave up by itself."""

    def __init__(self, workers):
        super().__init__(name="supervisor", daemon=True)
        self.workers = workers
        self.stopping = False
        self.unexpected = []

    def run(self):
        # Whatever becomes of the run, nothing of it goes on.
        atexit.register(self.stop)
        for worker in self.workers:
            worker.start()
        due = {}
        while not self.stopping:
            for worker in self.workers:
                status = worker.process.poll()
                if status is None:
                    continue
                if worker.name not in due:
                    worker.deaths.append(status)
                    if status != -signal.SIGKILL:
                        self.unexpected.append((worker.name, status))
                    due[worker.name] = time.monotonic() + (0.05 if status == -signal.SIGKILL else 1.0)
                elif time.monotonic() >= due[worker.name] and not self.stopping:
                    del due[worker.name]
                    worker.start()
            time.sleep(0.02)

    def stop(self, budget=30):
        """TERM, a drain budget, KILL. Returns the exit statuses."""
        self.stopping = True
        self.join()
        running = [worker for worker in self.workers if worker.process and worker.process.poll() is None]
        for worker in running:
            worker.process.terminate()
        deadline = time.monotonic() + budget
        for worker in running:
            try:
                worker.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
        return {worker.name: worker.process.returncode for worker in running}


class Kills(threading.Thread):
    """Kills workers, one after another at random; each is started again by its supervisor."""

    def __init__(self, workers, rng, pause, most=None):
        """`pause`: seconds from one to the next, from and to. `most`: how many; without end where there is none."""
        super().__init__(name="kills", daemon=True)
        self.workers, self.rng, self.pause, self.most, self.stopping, self.done = workers, rng, pause, most, threading.Event(), 0

    def run(self):
        while self.done != self.most and not self.stopping.wait(self.rng.uniform(*self.pause)):
            victim = self.rng.choice(self.workers)
            if victim.process.poll() is None:
                victim.process.send_signal(signal.SIGKILL)
                self.done += 1


def load(path):
    with open(path) as file:
        return json.load(file)
