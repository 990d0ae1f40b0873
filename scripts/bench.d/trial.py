"""One contestant at work: throughput with a full queue, latency with an open load."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time

from contestants import Ceiling, Contestant, environment
from meters import Meter, cpu_seconds, peak_resident_mb, proportional_mb

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 300


class TrialError(Exception):
    pass


class Trial:
    def __init__(self, habeas, generator_environment, admin_environment, broker, database, broker_pid, database_pid, logs):
        self.habeas = habeas
        self.generator_environment = generator_environment
        self.admin_environment = admin_environment
        self.broker = broker
        self.database = database
        self.pids = (broker_pid, database_pid)
        self.logs = logs
        self.worker = None

    # Preparation

    def clean(self) -> None:
        self.broker.empty()
        self.database.empty()
        self.settle()

    def settle(self) -> None:
        """Waits until broker and database have come to rest: what one contestant left to do is not the next one's."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            before = sum(map(cpu_seconds, self.pids))
            time.sleep(0.5)
            if sum(map(cpu_seconds, self.pids)) - before < 0.05:
                return

    def tool(self, arguments: list[str], extra: dict) -> dict:
        result = subprocess.run([self.habeas, "bench", *arguments], env=environment(extra), capture_output=True, text=True, timeout=600)
        if result.returncode != 0:
            raise TrialError(f"habeas bench {arguments[0]}: {result.stderr.strip()}")
        return json.loads(result.stdout.splitlines()[-1])

    def generate(self, contestant: Contestant | None, events: int, rate: float | None = None) -> dict:
        arguments = ["generate", "--count", str(events)]
        extra = self.generator_environment
        if rate is not None:
            arguments += ["--rate", f"{rate:.3f}"]
        if contestant is not None and contestant.task:
            # Straight into the queue of the tasks, which no publisher of the fleet may do.
            arguments += ["--task", contestant.task, "--queue", contestant.queue]
            extra = self.admin_environment
        return self.tool(arguments, extra)

    # Processes

    def start(self, contestant: Contestant) -> None:
        with open(f"{self.logs}/{contestant.name}.log", "ab") as log:
            self.worker = subprocess.Popen(
                contestant.command, env=environment(contestant.environment), cwd=HERE, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                process_group=0,
            )

    def stop(self) -> None:
        """Asks it to drain, and ends whatever is left of it."""
        if self.worker is None:
            return
        self.worker.send_signal(signal.SIGTERM)
        try:
            self.worker.wait(15)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.worker.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.worker.wait()
        self.worker = None

    def meter(self) -> Meter:
        return Meter(cpu_seconds(self.worker.pid), cpu_seconds(self.pids[0]), cpu_seconds(self.pids[1]))

    def check_alive(self) -> None:
        if self.worker.poll() is not None:
            raise TrialError(f"ended by itself with status {self.worker.returncode}; see {self.logs}")

    def ready_after(self, contestant: Contestant, since: float) -> float:
        deadline = since + 30
        while time.monotonic() < deadline:
            self.check_alive()
            connection = http.client.HTTPConnection("127.0.0.1", contestant.probes, timeout=1)
            try:
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    return time.monotonic() - since
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.005)
        raise TrialError("was not ready within 30 s")

    # Measurements

    def throughput(self, contestant: Contestant, events: int) -> dict:
        self.clean()
        filled = self.generate(contestant, events)
        self.settle()
        result = {"events": events, "message_bytes": filled["message_bytes"], "fill_per_second": round(filled["per_second"])}
        started = time.monotonic()
        self.start(contestant)
        try:
            if contestant.probes:
                result["ready_seconds"] = round(self.ready_after(contestant, started), 3)
            # What it takes to start is not counted: the meters begin when the first events are in.
            while (first := self.database.taken()) == 0:
                self.check_alive()
                time.sleep(0.05)
            before = self.meter()
            peak = self.until_done(contestant, events)
            spent = self.meter() - before
            result["peak_rss_mb"] = round(peak_resident_mb(self.worker.pid), 1)
            result["peak_mb"] = round(max(peak, proportional_mb(self.worker.pid)), 1)
        finally:
            self.stop()
        begin, end = self.database.window()
        result["seconds"] = round(end - begin, 3)
        result["per_second"] = round(events / (end - begin), 1)
        result["cpu_per_1000"] = spent.per_thousand(max(1, events - first))
        self.check(contestant, events)
        return result

    def until_done(self, contestant: Contestant, events: int) -> float:
        """Waits until every event is handled; returns the most memory seen on the way. Looks seldom: looking costs."""
        deadline = time.monotonic() + PATIENCE
        peak = 0.0
        while self.broker.waiting(contestant.queue)[0] > 0:
            self.check_alive()
            peak = max(peak, proportional_mb(self.worker.pid))
            if time.monotonic() > deadline:
                raise TrialError(f"was not done within {PATIENCE} s")
            time.sleep(0.25)
        while self.database.pending() > 0 or self.database.taken() < events:
            self.check_alive()
            if time.monotonic() > deadline:
                raise TrialError(f"was not done within {PATIENCE} s: {self.database.faults(events)}")
            time.sleep(0.1)
        return peak

    def check(self, contestant: Contestant, events: int) -> None:
        """Everything written once, everything acknowledged: what was not is ready again now that the consumer is gone."""
        faults = self.database.faults(events)
        if ready := self.broker.waiting(contestant.queue)[0]:
            faults.append(f"{ready} events were not acknowledged")
        if faults:
            raise TrialError("; ".join(faults))

    def latency(self, contestant: Contestant, rate: float, seconds: float) -> dict:
        self.clean()
        started = time.monotonic()
        self.start(contestant)
        try:
            if contestant.probes:
                self.ready_after(contestant, started)
            while self.broker.waiting(contestant.queue)[1] == 0:
                self.check_alive()
                time.sleep(0.1)
            self.settle()
            events = max(10, int(rate * seconds))
            load = self.generate(contestant, events, rate)
            self.until_done(contestant, events)
        finally:
            self.stop()
        self.check(contestant, events)
        p50, p99 = self.database.latency_ms([0.5, 0.99])
        return {
            "rate": round(rate, 1), "p50_ms": round(p50, 2), "p99_ms": round(p99, 2),
            "generator_behind_ms": round(load["longest_behind_ms"], 1),
        }

    def ceiling(self, ceiling: Ceiling, events: int) -> dict:
        self.clean()
        if ceiling.fills_queue:
            self.generate(None, events)
            self.settle()
        answer = self.tool([*ceiling.command[2:], "--count", str(events)], ceiling.environment)
        result = {"events": events, "seconds": round(answer["seconds"], 3), "per_second": round(answer["per_second"], 1)}
        if "prepare_seconds" in answer:
            result["prepare_ms_per_1000"] = round(1e6 * answer["prepare_seconds"] / events, 1)
        return result
