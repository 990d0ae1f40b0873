"""Measures erasures, contestant by contestant; called by scripts/bench-erasure with everything running."""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from statistics import median

import psycopg

from conditions import conditions
from contestants import environment
from effects import Bench as EffectBench
from effects import Failed, say
from meters import cpu_seconds
from people import populate
from surroundings import in_words

SYSTEMS = 4
NAMES = [f"system-{number}" for number in range(1, SYSTEMS + 1)]
KEPT = ("case_file", "certificate", "fan_out", "task_answer", "review", "review_approval")
PEOPLE = """
    DROP TABLE IF EXISTS message, person, habeas_progress;
    CREATE TABLE person (id serial PRIMARY KEY, tenant text NOT NULL, customer_no text NOT NULL, name text);
    CREATE TABLE message (id serial PRIMARY KEY, person_id integer NOT NULL REFERENCES person, text text);
    INSERT INTO person (tenant, customer_no, name) SELECT 'client-' || (1 + (n - 1) % 50), 'customer-' || n, 'Pat' FROM generate_series(1, {0}) n;
    INSERT INTO message (person_id, text) SELECT p.id, 'Hello' FROM person p, generate_series(1, 3);
    CREATE INDEX ON person (tenant, customer_no);
    CREATE INDEX ON message (person_id);
    ANALYZE"""


class Bench(EffectBench):
    def __init__(self, options):
        super().__init__(options)
        self.own = psycopg.connect(os.environ["BENCH_OWN_DATABASE"], autocommit=True, application_name="bench driver")

    def empty(self) -> None:
        with self.database.connection.transaction():
            for table in KEPT:
                self.database.connection.execute(f"ALTER TABLE habeas.{table} DISABLE TRIGGER USER")
            self.database.connection.execute("TRUNCATE habeas.certificate, habeas.task_answer, habeas.fan_out CASCADE")
            for table in KEPT:
                self.database.connection.execute(f"ALTER TABLE habeas.{table} ENABLE TRIGGER USER")
        super().empty()

    def apply(self, name: str) -> None:
        extra = {"HABEAS_DATABASE_URL": os.environ["BENCH_ADMIN_DATABASE"], "HABEAS_KEYS_FILE": os.environ["BENCH_KEYS"]}
        command = [f"{self.bin}/habeas", "systems", "apply", f"{self.state}/{name}.systems.yaml", "--without-broker"]
        subprocess.run(command, env=environment(extra), check=True, capture_output=True, timeout=60)

    def script(self, milliseconds: int) -> None:
        for name in NAMES:
            body = json.dumps({"delay": {"ms": milliseconds}}).encode()
            request = urllib.request.Request(f"{self.sandbox}/scripts/{name}", data=body, method="PUT")
            urllib.request.urlopen(request, timeout=10).read()

    def publish(self, people: int) -> None:
        """Instructions that are taken in, and wait in the worker's queue."""
        intake = self.worker("intake")
        command = [f"{self.bin}/habeas", "bench", "generate", "--count", str(people), "--clients", "50", "--instructions", "--without-contact"]
        subprocess.run(command, env=environment({"HABEAS_AMQP_URL": os.environ["BENCH_PUBLISHER_AMQP"]}), check=True, capture_output=True, timeout=600)
        self.until("cases", "SELECT count(*) FROM habeas.case_file", people)
        self.until("outbox", "SELECT 1 - least(count(*), 1) FROM habeas.outbox_pending", 1)
        intake.send_signal(signal.SIGTERM)
        intake.wait(20)
        self.running.remove(intake)

    def fleet_calls(self, people: int, milliseconds: int, systems: str = "calls") -> float:
        """Calls a second; at the systems of `effects` each is an effect by itself."""
        self.empty()
        self.apply(systems)
        self.script(0)
        populate(self.sandbox, dict.fromkeys(NAMES, range(1, people + 1)))
        self.publish(people)
        self.script(milliseconds)
        # Planned, but for the moment nobody may call: what is measured are the effects, not the plans.
        self.database.connection.execute("UPDATE habeas.target SET paused_at = now(), pause_reason = 'bench'")
        self.worker("erasure")
        self.worker("clock")
        self.until("planned", "SELECT count(*) FROM habeas.effect WHERE kind = 'target.act'", people * SYSTEMS)
        self.until("outbox", "SELECT 1 - least(count(*), 1) FROM habeas.outbox_pending", 1)
        self.database.connection.execute("CHECKPOINT")
        self.database.connection.execute("UPDATE habeas.target SET paused_at = NULL, pause_reason = NULL")
        self.until("verified", "SELECT count(*) FROM habeas.fan_out WHERE state = 'verified'", people * SYSTEMS)
        self.stop()
        fulfilled = self.database.value("SELECT count(*) FROM habeas.case_file WHERE state = 'fulfilled'")
        if fulfilled != people:
            raise Failed(f"{fulfilled} of {people} cases are fulfilled")
        calls = people * SYSTEMS * (2 if systems == "calls" else 1)
        effects = self.database.value("SELECT count(*) FROM habeas.effect WHERE starts_with(kind, 'target.')")
        if effects != people * SYSTEMS:
            raise Failed(f"{effects} effects at {people} people's {SYSTEMS} systems")
        return calls / self.window("habeas.effect_attempt")

    def plain_calls(self, people: int, milliseconds: int) -> float:
        self.forget()
        self.script(0)
        populate(self.sandbox, dict.fromkeys(NAMES, range(1, people + 1)))
        self.script(milliseconds)
        command = [f"{self.bin}/habeas", "bench", "calls", "--sandbox", self.sandbox, "--people", str(people), "--systems", str(SYSTEMS), "--at-once", "64"]
        found = subprocess.run(command, env=environment({}), check=True, capture_output=True, text=True, timeout=600)
        return json.loads(found.stdout)["per_second"]

    def databases(self, people: int) -> tuple[float, dict]:
        self.empty()
        self.apply("database")
        for statement in PEOPLE.format(people).split(";"):
            self.own.execute(statement)
        self.publish(people)
        postmaster = int(open(self.postmaster()).readline())
        before = cpu_seconds(postmaster)
        erasure, clock = self.worker("erasure"), self.worker("clock")
        begun = time.monotonic()
        self.until("fulfilled", "SELECT count(*) FROM habeas.case_file WHERE state = 'fulfilled'", people)
        seconds = time.monotonic() - begun
        spent = {"worker": cpu_seconds(erasure.pid), "clock": cpu_seconds(clock.pid), "database": cpu_seconds(postmaster) - before}
        self.stop()
        left = self.own.execute("SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM message)").fetchone()[0]
        signed = self.database.value("SELECT count(*) FROM habeas.certificate")
        if left or signed != people:
            raise Failed(f"{left} rows are left, {signed} certificates for {people} people")
        return people / seconds, {name: round(1000 * value / people, 3) for name, value in spent.items()}

    def postmaster(self) -> str:
        return self.database.value("SHOW data_directory") + "/postmaster.pid"


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
    found = conditions(bench.broker, bench.database, f"{options.state}/log")
    scale = 0.1 if options.quick else 1
    people, people_database = int(2_500 * scale), int(5_000 * scale)
    rates, cpu = {}, []
    try:
        for number in range(options.runs):
            say(f"run {number + 1} of {options.runs}")
            for name, measure in (
                ("plain_20ms", lambda: bench.plain_calls(people, 20)), ("calls_20ms", lambda: bench.fleet_calls(people, 20)),
                ("effects_20ms", lambda: bench.fleet_calls(people, 20, "effects")),
                ("plain_instant", lambda: bench.plain_calls(people, 0)), ("calls_instant", lambda: bench.fleet_calls(people, 0)),
            ):
                rates.setdefault(name, []).append(measure())
                say(f"  {name}: {rates[name][-1]:,.0f}/s")
            rate, spent = bench.databases(people_database)
            rates.setdefault("database", []).append(rate)
            cpu.append(spent)
            say(f"  database: {rate:,.0f}/s, CPU seconds for 1,000: {spent}")
    except (Failed, psycopg.Error, subprocess.SubprocessError) as error:
        sys.exit(f"scripts/bench-erasure: {error}")
    finally:
        bench.stop()
    medians = {name: median(values) for name, values in rates.items()}
    labels = {
        "plain_20ms": "calls, nothing kept, 20 ms", "calls_20ms": "habeas-erasure, 20 ms, two calls an effect",
        "effects_20ms": "habeas-erasure, 20 ms, an effect a call", "plain_instant": "calls, nothing kept, instant",
        "calls_instant": "habeas-erasure, instant", "database": "erasures in one own database",
    }
    print(f"{'':<42} {'a second':>10} {'min–max':>17}")
    for name, label in labels.items():
        print(f"{label:<42} {medians[name]:>10,.0f} {min(rates[name]):>8,.0f}–{max(rates[name]):<8,.0f}")
    ratio, single = (round(medians[name] / medians["plain_20ms"], 2) for name in ("calls_20ms", "effects_20ms"))
    per_thousand = {name: median(spent[name] for spent in cpu) for name in cpu[0]}
    print(f"ratio at 20 ms: {ratio} of the same calls with nothing kept, {single} where each is an effect (wanted: at least 0.5); CPU seconds for 1,000 erasures in a database: {per_thousand}")
    print(f"medians of {options.runs} run(s); {people} people at {SYSTEMS} systems, {people_database} in the database; {in_words(found)}")
    print(json.dumps({"people": {"calls": people, "database": people_database}, "ratio_20ms": ratio, "ratio_20ms_effects": single, "medians": medians, "runs": rates, "cpu_per_1000": per_thousand, "conditions": found, "quick": options.quick}))


if __name__ == "__main__":
    main()
