"""Measures webhooks a second, contestant by contestant; called by scripts/bench-effects with everything running."""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from statistics import median

import psycopg

from broker import Broker
from conditions import conditions
from contestants import environment
from database import Database
from surroundings import in_words
from trial import HERE

CLIENTS = 200
PATIENCE = 300
SCHEMA = """
    CREATE SCHEMA IF NOT EXISTS bench;
    CREATE TABLE IF NOT EXISTS bench.effect (id uuid PRIMARY KEY, url text NOT NULL, body text NOT NULL, state text NOT NULL DEFAULT 'planned',
      attempts integer NOT NULL DEFAULT 0, next_attempt_at timestamptz DEFAULT now());
    CREATE INDEX IF NOT EXISTS effect_next ON bench.effect (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
    CREATE TABLE IF NOT EXISTS bench.attempt (effect_id uuid NOT NULL, started_at timestamptz NOT NULL, ended_at timestamptz NOT NULL, status integer);
    CREATE INDEX IF NOT EXISTS attempt_effect ON bench.attempt (effect_id);
    TRUNCATE bench.effect, bench.attempt"""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Failed(Exception):
    pass


class Bench:
    def __init__(self, options):
        self.bin, self.state = options.bin, options.state
        self.broker = Broker(os.environ["BENCH_ADMIN_AMQP"], os.environ["BENCH_MANAGEMENT"])
        self.database = Database(os.environ["BENCH_ADMIN_DATABASE"])
        self.sandbox = os.environ["BENCH_SANDBOX"]
        self.running = []

    def start(self, name: str, command: list[str], extra: dict) -> subprocess.Popen:
        with open(f"{self.state}/log/{name}.log", "ab") as log:
            process = subprocess.Popen(command, env=environment(extra), cwd=HERE, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0)
        self.running.append(process)
        return process

    def worker(self, kind: str) -> subprocess.Popen:
        with open(f"{self.state}/{kind}.env") as file:
            variables = dict(line.rstrip("\n").split("=", 1) for line in file)
        return self.start(f"habeas-{kind}", [f"{self.bin}/habeas-{kind}"], variables | {"HABEAS_LOG_LEVEL": "warning"})

    def stop(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                pass
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        self.running = []

    def until(self, what: str, query: str, wanted: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while (found := self.database.value(query)) < wanted:
            for process in self.running:
                if process.poll() is not None:
                    raise Failed(f"a process ended by itself with status {process.returncode}; see {self.state}/log")
            if time.monotonic() > deadline:
                raise Failed(f"{what}: {found} of {wanted} after {PATIENCE} s")
            time.sleep(0.1)

    def forget(self) -> None:
        request = urllib.request.Request(f"{self.sandbox}/report", method="DELETE")
        urllib.request.urlopen(request, timeout=10).read()

    def seen(self) -> tuple[int, int]:
        """Calls and distinct ids, as the receiver counted them."""
        with urllib.request.urlopen(f"{self.sandbox}/report", timeout=30) as answer:
            report = json.load(answer)
        return report["calls"], sum(peer["distinct_ids"] for peer in report["peers"].values())

    def window(self, table: str) -> float:
        return self.database.value(f"SELECT extract(epoch FROM max(ended_at) - min(started_at))::float8 FROM {table}")

    # The fleet

    def empty(self) -> None:
        self.broker.empty()
        with self.database.connection.transaction():
            # They refuse to be emptied, as they should; this is a database to be thrown away.
            for table in ("case_file", "review", "review_approval"):
                self.database.connection.execute(f"ALTER TABLE habeas.{table} DISABLE TRIGGER USER")
            self.database.connection.execute("TRUNCATE habeas.effect, habeas.effect_attempt, habeas.target_turn, habeas.review CASCADE")
            for table in ("case_file", "review", "review_approval"):
                self.database.connection.execute(f"ALTER TABLE habeas.{table} ENABLE TRIGGER USER")
        self.database.empty()
        self.forget()

    def ours(self, count: int) -> float:
        self.empty()
        intake = self.worker("intake")
        command = [f"{self.bin}/habeas", "bench", "generate", "--count", str(count), "--clients", str(CLIENTS), "--without-contact"]
        subprocess.run(command, env=environment({"HABEAS_AMQP_URL": os.environ["BENCH_PUBLISHER_AMQP"]}), check=True, capture_output=True, timeout=600)
        self.until("cases", "SELECT count(*) FROM habeas.case_file", count)
        intake.send_signal(signal.SIGTERM)
        intake.wait(20)
        self.running.remove(intake)
        # Planned, but for the moment nobody may call: what is measured are the effects, not the plans.
        self.database.connection.execute("UPDATE habeas.target SET paused_at = now(), pause_reason = 'bench'")
        self.worker("referral")
        self.worker("clock")
        planned = "SELECT count(*) FROM habeas.effect WHERE kind = 'client.referral'"
        self.until("planned", planned, count)
        self.until("outbox", "SELECT 1 - least(count(*), 1) FROM habeas.outbox_pending", 1)
        time.sleep(2)
        self.database.connection.execute("UPDATE habeas.target SET paused_at = NULL, pause_reason = NULL")
        self.until("done", planned + " AND state = 'done'", count)
        self.stop()
        self.check(count, "habeas.effect_attempt")
        return count / self.window("habeas.effect_attempt")

    # The peers

    def peer(self, name: str, command: list[str], queue: str, body, count: int) -> float:
        for statement in SCHEMA.split(";"):
            self.database.connection.execute(statement)
        self.forget()
        ids = [str(uuid.uuid4()) for _ in range(count)]
        event = json.dumps({
            "specversion": "1.0", "type": "io.habeas.request.referred.v1", "source": "/habeas",
            "data": {"request": str(uuid.uuid4()), "right": "access", "subject": {"email": "pat.person@mail.example.com", "text": "x" * 600}},
        })
        with self.database.connection.cursor() as cursor, cursor.copy("COPY bench.effect (id, url, body) FROM STDIN") as copy:
            for place, identity in enumerate(ids):
                copy.write_row((identity, f"{self.sandbox}/hooks/client-{1 + place % CLIENTS}", event))
        self.broker.channel.queue_declare(queue, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        self.broker.channel.queue_purge(queue)
        for identity in ids:
            self.broker.channel.basic_publish(body(identity), routing_key=queue)
        self.database.connection.execute("CHECKPOINT")
        deadline = time.monotonic() + 60
        while self.broker.waiting(queue)[0] < count and time.monotonic() < deadline:
            time.sleep(0.1)
        peers = {
            "BENCH_AMQP": os.environ["BENCH_ADMIN_AMQP"], "BENCH_PG": os.environ["BENCH_ADMIN_DATABASE"],
            "BENCH_SECRET": os.environ["BENCH_SECRET"], "PYTHONDONTWRITEBYTECODE": "1", "PYTHONOPTIMIZE": "1",
        }
        self.start(name, command, peers)
        self.until("done", "SELECT count(*) FROM bench.effect WHERE state = 'done'", count)
        self.stop()
        self.check(count, "bench.attempt")
        return count / self.window("bench.attempt")

    def celery(self, processes: int, count: int) -> float:
        import amqp

        def body(identity):
            headers = {
                "lang": "py", "task": "bench.effect", "id": identity, "root_id": identity, "parent_id": None, "group": None, "eta": None, "expires": None,
                "retries": 0, "timelimit": [None, None], "argsrepr": "", "kwargsrepr": "", "origin": "bench", "ignore_result": True,
            }
            text = json.dumps([[identity], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
            return amqp.Message(text, content_type="application/json", content_encoding="utf-8", delivery_mode=2, application_headers=headers, correlation_id=identity)

        command = [
            sys.executable, "-m", "celery", "-A", "peers.effects_celery", "worker", "--pool", "prefork", "-c", str(processes), "-Q", "bench.effects.celery",
            "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "warning",
        ]
        return self.peer(f"celery_{processes}", command, "bench.effects.celery", body, count)

    def asyncio(self, count: int) -> float:
        import amqp

        def body(identity):
            return amqp.Message(identity, delivery_mode=2)

        return self.peer("asyncio", [sys.executable, "-m", "peers.effects_asyncio"], "bench.effects.asyncio", body, count)

    def check(self, count: int, table: str) -> None:
        """Every effect arrived, and every attempt has its row."""
        calls, distinct = self.seen()
        attempts = self.database.value(f"SELECT count(*) FROM {table}")
        if distinct != count or calls < count or attempts < count:
            raise Failed(f"{count} effects, but the receiver saw {calls} calls of {distinct} ids, and {attempts} attempts are on record")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--bin", required=True)
    parser.add_argument("--state", required=True)
    options = parser.parse_args()
    bench = Bench(options)
    bench.broker.prepare()
    bench.database.warm()
    for name in ("bench.effects.celery", "bench.effects.asyncio"):
        bench.broker.channel.queue_declare(name, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
    found = conditions(bench.broker, bench.database, f"{options.state}/log")
    scale = 0.1 if options.quick else 1
    contestants = [
        ("ours", "habeas-referral", lambda: bench.ours(int(20_000 * scale))),
        ("celery_4", "Celery + requests, prefork 4", lambda: bench.celery(4, int(3_000 * scale))),
        ("celery_8", "Celery + requests, prefork 8", lambda: bench.celery(8, int(3_000 * scale))),
        ("asyncio", "asyncio + httpx, 64 at once", lambda: bench.asyncio(int(5_000 * scale))),
    ]
    rates = {name: [] for name, _, _ in contestants}
    try:
        for number in range(options.runs):
            say(f"run {number + 1} of {options.runs}")
            for name, label, run in contestants:
                rates[name].append(run())
                say(f"  {label}: {rates[name][-1]:,.0f}/s")
    except (Failed, psycopg.Error) as error:
        sys.exit(f"scripts/bench-effects: {error}")
    finally:
        bench.stop()
    medians = {name: median(values) for name, values in rates.items()}
    print(f"{'':<30} {'effects/s':>10} {'min–max':>15} {'ours ×':>8}")
    for name, label, _ in contestants:
        spread = f"{min(rates[name]):,.0f}–{max(rates[name]):,.0f}"
        print(f"{label:<30} {medians[name]:>10,.0f} {spread:>15} {medians['ours'] / medians[name]:>8.2f}")
    ratios = {
        "ratio_celery": round(medians["ours"] / max(medians["celery_4"], medians["celery_8"]), 2),
        "ratio_asyncio": round(medians["ours"] / medians["asyncio"], 2),
    }
    print(f"ratios: {ratios['ratio_celery']} × Celery (the better of both), {ratios['ratio_asyncio']} × asyncio; medians of {options.runs} run(s); {in_words(found)}")
    print(json.dumps(ratios | {"medians": medians, "runs": rates, "conditions": found, "quick": options.quick}))


if __name__ == "__main__":
    main()
