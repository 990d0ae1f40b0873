"""One run: publishes, disturbs, waits for calm, checks. Called by scripts/chaos, which prepares the servers and the fleet."""

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
import urllib.request
from datetime import datetime, timezone
from urllib.parse import quote, urlsplit, urlunsplit

from database import Database
from events import PUBLISHERS, Catalogue
from faults import HEARTBEAT, Faults, rows_so_far
from fleet import say
from proxy import CutProxy
from publisher import Publisher
from surroundings import management
from verify import Account
from workers import Supervisor, Worker, load

# fault -> how many in one mixed run
MIX = {"kill": 20, "terminate": 20, "broker": 3, "postgres": 3, "freeze": 2, "alarm": 1, "cut": 12}
# fault -> how many when it has a run of its own
ALONE = {"kill": 40, "terminate": 40, "broker": 4, "postgres": 6, "freeze": 4, "alarm": 3, "cut": 40}


class Feeder(threading.Thread):
    """Lets events loose bit by bit, up to a goal that moves with the faults: so that each of them meets events on their
    way, in every stage of it."""

    def __init__(self, bound, rate):
        super().__init__(name="feeder", daemon=True)
        self.bound, self.rate, self.goal = bound, rate, 0

    def run(self):
        while True:
            time.sleep(0.02)
            if self.bound.value < self.goal:
                self.bound.value = min(self.goal, self.bound.value + max(1, int(self.rate * 0.02)))


class Run:
    def __init__(self, arguments, fleet):
        self.arguments, self.fleet = arguments, fleet
        self.database = Database(fleet["database_url"])
        base = datetime.now(timezone.utc).replace(microsecond=0)
        self.catalogue = Catalogue(arguments.seed, arguments.events, base)
        target = urlsplit(fleet["database_url"])
        self.proxy = CutProxy(target.hostname, target.port)
        self.workers = [Worker(description, arguments.logs) for description in fleet["workers"]]
        for worker in self.workers:
            worker.environment["HABEAS_AMQP_HEARTBEAT_SECONDS"] = str(HEARTBEAT)
        # The last copy of intake speaks with the database through the proxy.
        behind = [worker for worker in self.workers if worker.name.startswith("habeas-intake")][-1]
        behind.environment["HABEAS_DATABASE_URL"] = through(behind.environment["HABEAS_DATABASE_URL"], self.proxy.port)
        self.supervisor = Supervisor(self.workers)
        self.bound = multiprocessing.Value("q", 0)
        self.feeder = Feeder(self.bound, arguments.rate)
        self.publishers = [
            Publisher(name, fleet["publisher_urls"][name], self.catalogue, self.journal(name), self.bound)
            for name in PUBLISHERS
        ]
        self.peak_memory = {}

    def journal(self, name):
        return os.path.join(self.arguments.logs, f"journal-{name}.txt")

    # ---- looking

    def ready(self):
        return all(worker.is_ready() for worker in self.workers)

    def expected_rows(self):
        return sum(publisher.figure("rows") for publisher in self.publishers)

    def confirmed(self):
        return sum(publisher.figure("confirmed") for publisher in self.publishers)

    def wait(self, condition, limit):
        """Seconds until it held, or None after the limit."""
        since = time.monotonic()
        while time.monotonic() - since < limit:
            if condition():
                return time.monotonic() - since
            self.sample()
            time.sleep(0.1)
        return None

    def sample(self):
        for worker in self.workers:
            if worker.process:
                self.peak_memory[worker.name] = max(self.peak_memory.get(worker.name, 0), worker.resident_mb())

    def caught_up(self):
        expected = self.expected_rows()
        rows = rows_so_far(self.database)
        return rows is not None and rows >= expected

    def consumers(self):
        """Names of the queues to how many consumers they have now."""
        counts = {}
        for consumer in management(self.fleet["management_url"], f"/api/consumers/{quote(self.fleet['vhost'], safe='')}", timeout=10):
            name = consumer["queue"]["name"]
            counts[name] = counts.get(name, 0) + 1
        return counts

    # ---- the run

    def go(self):
        started = time.monotonic()
        self.proxy.start()
        self.supervisor.start()
        first_ready = self.wait(self.ready, 30)
        if first_ready is None:
            raise SystemExit("chaos: the workers did not become ready; see " + self.arguments.logs)
        say(f"{len(self.workers)} workers ready after {first_ready:.1f} s")
        consumers_before = self.settled_consumers()
        for publisher in self.publishers:
            publisher.start()
        self.feeder.start()
        plan = self.plan()
        faults = Faults(
            self.arguments.seed, self.workers, self.database, self.fleet["node_dir"], self.proxy,
            lambda: rows_so_far(self.database) or 0, self.expected_rows,
        )  # fmt: skip
        log = []
        for place, name in enumerate(plan):
            goal = (place + 1) * self.catalogue.count // (len(plan) + 1)
            seconds = (goal - self.feeder.goal) / self.arguments.rate
            self.feeder.goal = goal
            time.sleep(faults.rng.uniform(0.1, 0.9) * seconds)
            at, rows = time.monotonic() - started, self.confirmed()
            did = faults.apply(name)
            begun = time.monotonic()
            # Some faults come while the last one is not over yet.
            if self.arguments.pile_up and faults.rng.random() < 0.2 and name in ("kill", "terminate", "cut"):
                entry = {"fault": name, "at": round(at, 1), "did": did, "piled_up": True}
            else:
                ready = self.wait(self.ready, self.arguments.patience)
                drained = self.wait(self.caught_up, self.arguments.patience)
                entry = {
                    "fault": name, "at": round(at, 1), "did": did,
                    "ready_s": None if ready is None else round(ready, 2),
                    "drained_s": None if drained is None else round(time.monotonic() - begun, 2),
                }  # fmt: skip
            entry["confirmed_before"] = rows
            log.append(entry)
            say(f"{entry['at']:7.1f} s  {name:<9} {did}  ready {entry.get('ready_s', '–')} s, drained {entry.get('drained_s', '–')} s")
        self.feeder.goal = self.catalogue.count
        quiet = self.wait(lambda: all(publisher.figure("done") for publisher in self.publishers), 1800)
        if quiet is None:
            say("the publishers did not finish in 30 minutes")
        drained = self.wait(self.caught_up, 600)
        settled = self.wait(self.outbox_empty, 180)
        say(f"all published; drained after {drained}, outbox empty after {settled}")
        consumers_after = self.settled_consumers()
        tail = self.tail()
        exits = self.supervisor.stop()
        checks = Account(
            self.catalogue, [self.journal(name) for name in PUBLISHERS], self.database, self.fleet
        ).run()  # fmt: skip
        checks.append(
            {"check": "every worker consumes again without help", "counts": {"before": consumers_before, "after": consumers_after, **tail},
             "faults": int(consumers_after != consumers_before or not tail["all_took_part"]), "examples": []}
        )  # fmt: skip
        checks.append(
            {"check": "every worker ends on SIGTERM with 0", "counts": exits, "faults": sum(status != 0 for status in exits.values()), "examples": []}
        )  # fmt: skip
        return self.report(log, checks, time.monotonic() - started)

    def plan(self):
        counts = MIX if self.arguments.scenario == "mixed" else {self.arguments.scenario: ALONE[self.arguments.scenario]}
        plan = [name for name, count in counts.items() for _ in range(max(1, round(count * self.arguments.intensity)))]
        random.Random(f"{self.arguments.seed}/plan").shuffle(plan)
        return plan

    def outbox_empty(self):
        try:
            return self.database.value("SELECT count(*) FROM habeas.outbox_pending") == "0"
        except Exception:
            return False

    def settled_consumers(self):
        """The management API's figures are some seconds old: asks until two answers agree."""
        last = None
        for _ in range(20):
            try:
                now = self.consumers()
            except OSError:
                now = None
            if now and now == last:
                return now
            last = now
            time.sleep(2.5)
        return last

    def deliveries(self):
        """Of each intake copy, how many deliveries its process has seen; read from /metrics."""
        counts = {}
        for worker in self.workers:
            if not worker.name.startswith("habeas-intake"):
                continue
            with urllib.request.urlopen(f"http://127.0.0.1:{worker.port}/metrics", timeout=5) as answer:
                text = answer.read().decode()
            counts[worker.name] = sum(
                float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(self.fleet["delivery_metric"])
            )
        return counts

    def tail(self):
        """A last handful after everything: each copy of intake must take its part."""
        before = self.deliveries()
        extra = self.arguments.events
        catalogue = Catalogue(self.arguments.seed, extra + 3000, self.catalogue.base)
        self.catalogue.count = catalogue.count
        publishers = []
        for name in PUBLISHERS:
            publisher = Publisher(name, self.fleet["publisher_urls"][name], catalogue, self.journal(name), self.bound, give_up=0)
            publisher.first = extra
            publishers.append(publisher)
        self.feeder.goal = catalogue.count
        for publisher in publishers:
            publisher.start()
        self.publishers += publishers
        self.wait(lambda: all(publisher.figure("done") for publisher in publishers), 120)
        drained = self.wait(self.caught_up, 120)
        self.wait(self.outbox_empty, 60)
        after = self.deliveries()
        taken = {name: int(after[name] - before.get(name, 0)) for name in after}
        return {"tail_drained_s": drained, "taken_by": taken, "all_took_part": all(count > 0 for count in taken.values())}

    def report(self, log, checks, seconds):
        figures = {name: sum(publisher.figure(name) for publisher in self.publishers) for name in Publisher.FIGURES[:7]}
        recovery = {}
        for name in dict.fromkeys(entry["fault"] for entry in log):
            of = [entry for entry in log if entry["fault"] == name]
            times = sorted(entry["ready_s"] for entry in of if entry.get("ready_s") is not None)
            drained = sorted(entry["drained_s"] for entry in of if entry.get("drained_s") is not None)
            recovery[name] = {
                "times": len(of),
                "ready_median_s": times[len(times) // 2] if times else None,
                "ready_max_s": times[-1] if times else None,
                "drained_max_s": drained[-1] if drained else None,
                "never": sum("ready_s" in entry and None in (entry["ready_s"], entry["drained_s"]) for entry in of),
            }
        faults = sum(check["faults"] for check in checks) + sum(entry["never"] for entry in recovery.values())
        return {
            "scenario": self.arguments.scenario,
            "seed": self.arguments.seed,
            "events": self.catalogue.count,
            "seconds": round(seconds, 1),
            "publishers": figures,
            "faults": recovery,
            "checks": checks,
            "peak_resident_mb": {name: round(value, 1) for name, value in self.peak_memory.items()},
            "unexpected_exits": self.supervisor.unexpected,
            "ok": faults == 0,
        }


def through(url, port):
    parts = urlsplit(url)
    netloc = f"{parts.netloc.rsplit('@', 1)[0]}@127.0.0.1:{port}"
    return urlunsplit((parts.scheme, netloc, parts.path, "sslmode=disable", ""))


def table(report):
    lines = [
        f"scenario {report['scenario']}, seed {report['seed']}: {report['events']} events in {report['seconds']} s; "
        + ", ".join(f"{value} {name}" for name, value in report["publishers"].items()),
        "",
        f"{'fault':<10}{'times':>6}{'ready, median':>15}{'ready, worst':>14}{'drained, worst':>16}{'never':>7}",
    ]
    for name, of in report["faults"].items():
        cells = [f"{of[key]} s" if of[key] is not None else "–" for key in ("ready_median_s", "ready_max_s", "drained_max_s")]
        lines.append(f"{name:<10}{of['times']:>6}{cells[0]:>15}{cells[1]:>14}{cells[2]:>16}{of['never']:>7}")
    lines.append("")
    for check in report["checks"]:
        mark = "ok " if check["faults"] == 0 else "BAD"
        counts = ", ".join(f"{name} {value}" for name, value in check["counts"].items())
        lines.append(f"{mark} {check['check']}" + (f"  ({counts})" if counts else ""))
        lines += [f"      {example}" for example in check["examples"]]
    lines.append("")
    lines.append("peak resident memory: " + ", ".join(f"{name} {value} MB" for name, value in report["peak_resident_mb"].items()))
    if report["unexpected_exits"]:
        lines.append(f"workers that ended by themselves: {report['unexpected_exits']}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(prog="scripts/chaos")
    parser.add_argument("--fleet", required=True)
    parser.add_argument("--logs", required=True)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--scenario", default="mixed", choices=["mixed", *ALONE])
    parser.add_argument("--intensity", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=3000, help="events a second while they are let loose")
    parser.add_argument("--patience", type=float, default=90)
    parser.add_argument("--pile-up", action=argparse.BooleanOptionalAction, default=True)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run = Run(arguments, load(arguments.fleet))
    try:
        report = run.go()
    finally:
        run.supervisor.stopping = True
        for worker in run.workers:
            if worker.process and worker.process.poll() is None:
                worker.process.kill()
        run.proxy.terminate()
    print(table(report))
    print(json.dumps(report), flush=True)
    sys.exit(0 if report["ok"] else 1)


if __name__ == "__main__":
    main()
