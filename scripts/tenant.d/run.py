"""The end of a contract, measured: called by scripts/tenant, which prepares servers, fleet and own database."""

import argparse
import datetime
import json
import os
import signal
import subprocess
import sys
import time
import uuid

from database import Database
from fleet import FleetRun, Memory
from surroundings import in_words
from workers import load

TABLES = ["attachments", "messages", "conversations", "addresses", "events", "notes", "contacts", "accounts"]
JOINS = {
    "attachments": "attachments t JOIN messages o ON o.id = t.message_id",
    "addresses": "addresses t JOIN accounts o ON o.id = t.account_id",
}
LONGEST_WAIT_MS = 100
MEMORY_MB = 64


def source(table):
    """The rows of a table, as t, and the column that names the client."""
    return (JOINS[table], "o.client") if table in JOINS else (f"{table} t", "t.client")


def deleted(document):
    """Rows by table, wherever the certificate lists what was done in the parts of a system."""
    found = {}
    for key, value in document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ():
        if key == "parts":
            found.update({part["name"]: part["rows"] for part in value if part["action"] == "deleted"})
        else:
            found.update(deleted(value))
    return found


class Run(FleetRun):
    PAUSE = 0.1

    def __init__(self, options, fleet):
        super().__init__(options, fleet)
        self.shop = Database(fleet["shop_url"])
        self.erasure = next(worker for worker in self.workers if worker.name == "habeas-erasure-1")
        self.result = {"conditions": self.conditions}

    def wait(self, what, condition, limit):
        seconds = super().wait(what, condition, limit)
        if seconds is None:
            raise SystemExit(f"tenant: gave up; see {self.options.logs}")
        return seconds

    def habeas(self, *words, env, text=None):
        done = subprocess.run([self.fleet["habeas"], *words], env={**os.environ, **env}, input=text, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise SystemExit(f"tenant: habeas {words[0]} ended with {done.returncode}: {(done.stdout + done.stderr).strip()[-300:]}")
        return done.stdout

    # ---- the own database

    def counts(self):
        return {
            table: int(self.shop.value(f"SELECT count(*) FROM {source(table)[0]} WHERE {source(table)[1]} = 'acme'")) for table in TABLES
        }

    def digest(self):
        lines = []
        for table in TABLES:
            rows, client = source(table)
            lines.append(self.shop.value(f"SELECT md5(string_agg(md5(t::text), '' ORDER BY t::text COLLATE \"C\")) FROM {rows} WHERE {client} <> 'acme'", timeout=600))
        return lines

    def gone(self):
        return int(self.shop.value("SELECT coalesce(sum(rows), 0) FROM privacy.habeas_progress WHERE part LIKE 'tenant:%'"))

    def writer(self, folder):
        # In the environment and not among the arguments, where every process list would show the password.
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "writer.sql")
        with open(os.path.join(self.options.logs, "writer.log"), "wb") as log:
            return subprocess.Popen(
                ["pgbench", "-n", "-c", "4", "-j", "1", "-R", "400", "-T", "3600", "-M", "prepared", "-f", script, "-l", "--log-prefix", os.path.join(folder, "writer")],
                env={**os.environ, **self.shop.environment()}, stdout=log, stderr=log,
            )  # fmt: skip

    # ---- the day

    def go(self):
        before, digest = self.counts(), self.digest()
        total = sum(before.values())
        self.begin()
        memory = Memory(self.erasure)
        memory.start()
        self.publish()
        writer = self.writer(self.options.logs)
        try:
            time.sleep(2)  # So that there is something to compare with.
            self.shop.value("TRUNCATE writes")
            self.approve()
            begun = time.monotonic()
            self.wait("the erasure begun", lambda: self.database.value("SELECT count(*) FROM habeas.fan_out WHERE state = 'acting'") == "1", 60)
            self.kill(total)
            self.wait("everything erased", lambda: self.database.value("SELECT state FROM habeas.fan_out") not in ("waiting", "acting"), 3_600)
            seconds = time.monotonic() - begun
        finally:
            writer.terminate()
            writer.wait()
        self.wait("the case at its end", lambda: self.database.value("SELECT state FROM habeas.case_file") in ("fulfilled", "partly_fulfilled"), 120)
        memory.stopping = True
        self.measure(before, digest, seconds, memory.most)
        self.result["exits"] = self.supervisor.stop()
        self.result["evidence"] = self.evidence()
        self.judge()

    def publish(self):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        event = {
            "specversion": "1.0", "id": str(uuid.uuid4()), "source": "/crm/contracts", "type": "io.habeas.client.terminated.v1", "time": now,
            "data": {"client": "acme", "terminated_at": now, "mode": "erase", "requested_by": "A. Owner"},
        }  # fmt: skip
        self.habeas("publish", "-", env={"HABEAS_AMQP_URL": self.fleet["publisher_urls"]["crm"]}, text=json.dumps(event))

    def approve(self):
        waiting = "SELECT id FROM habeas.review WHERE kind = 'tenant_erasure' AND settled_at IS NULL"
        self.wait("the end of the contract at hand", lambda: self.database.value(waiting), 60)
        task = self.database.value(waiting)
        for url in self.fleet["operators"].split():
            self.habeas("approve", task, "--reason", "contract ended", env={**self.fleet["operator_env"], "HABEAS_DATABASE_URL": url})

    def kill(self, total):
        kills = self.options.kills
        self.result["killed_at"] = []
        for number in range(kills):
            share = total * (number + 1) // (kills + 1)
            self.wait(f"{share} rows gone", lambda: self.shop.value("SELECT to_regclass('privacy.habeas_progress')") and self.gone() >= share, 1_800)
            self.erasure.process.send_signal(signal.SIGKILL)
            self.result["killed_at"].append(self.gone())

    # ---- the account

    def measure(self, before, digest, seconds, memory):
        state, level, findings = self.database.rows("SELECT state, coalesce(verified_by, ''), findings FROM habeas.fan_out")[0]
        findings = json.loads(findings)
        certificate = self.database.value("SELECT body FROM habeas.certificate ORDER BY number DESC LIMIT 1") or "{}"
        told = deleted(findings)
        waits = self.shop.rows("SELECT count(*), coalesce(max(ms), 0), coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY ms), 0), count(*) FILTER (WHERE changed = 0) FROM writes")[0]
        self.result.update({
            "rows": sum(before.values()), "seconds": round(seconds, 1), "rows_per_second": round(sum(before.values()) / seconds),
            "writes": int(waits[0]), "longest_wait_ms": round(float(waits[1]), 1), "p99_wait_ms": round(float(waits[2]), 2),
            "met_a_deletion": int(waits[3]), "memory_mb": round(memory, 1), "kills": self.erasure.deaths.count(-signal.SIGKILL),
            "target": state, "verified_by": level, "case": self.database.value("SELECT state FROM habeas.case_file"),
            "tables": {table: {"before": before[table], "told": told.get(table, 0), "left": left} for table, left in self.counts().items()},
            "certified": deleted(json.loads(certificate)) == before,
            "others_untouched": self.digest() == digest,
        })  # fmt: skip

    def judge(self):
        result, faults = self.result, []
        for table, rows in result["tables"].items():
            if rows["told"] != rows["before"]:
                faults.append(f"{table}: {rows['told']} rows told, {rows['before']} there were")
            if rows["left"]:
                faults.append(f"{table}: {rows['left']} rows left")
        if result["target"] != "verified" or result["verified_by"] != "re_read":
            faults.append(f"the target is {result['target']}, known by {result['verified_by'] or 'nothing'}")
        if result["case"] != "fulfilled":
            faults.append(f"the case is {result['case']}")
        if not result["certified"]:
            faults.append("the certificate has other counts")
        if not result["others_untouched"]:
            faults.append("rows of other clients have changed")
        if result["longest_wait_ms"] >= LONGEST_WAIT_MS:
            faults.append(f"a writer waited {result['longest_wait_ms']} ms")
        if result["memory_mb"] > MEMORY_MB:
            faults.append(f"the worker had {result['memory_mb']} MB resident")
        if result["kills"] != self.options.kills:
            faults.append(f"killed {result['kills']} times")
        if result["evidence"] != "holds":
            faults.append("a chain of evidence does not hold")
        if any(result["exits"].values()):
            faults.append("a worker did not end on TERM with 0")
        result["faults_found"] = faults

    def report(self):
        result = self.result
        if self.options.json:
            print(json.dumps(result))
            return
        print(f"{'table':<14} {'before':>9} {'certified':>9} {'left':>6}")
        for table, rows in result["tables"].items():
            print(f"{table:<14} {rows['before']:>9} {rows['told']:>9} {rows['left']:>6}")
        lines = [
            ("rows erased", f"{result['rows']} in {result['seconds']} s, {result['rows_per_second']}/s, kills included"),
            ("worker killed", f"{result['kills']} times, at {', '.join(map(str, result['killed_at'])) or '-'} rows"),
            ("a writer's longest wait", f"{result['longest_wait_ms']} ms of {result['writes']} updates (p99 {result['p99_wait_ms']} ms); {result['met_a_deletion']} met a row being deleted"),
            ("resident memory", f"{result['memory_mb']} MB at most"),
            ("rows of others", "untouched" if result["others_untouched"] else "CHANGED"),
            ("case", f"{result['case']}; the target is {result['target']} by {result['verified_by']}"),
            ("evidence", result["evidence"]),
            ("conditions", in_words(result["conditions"])),
            ("holds", "; ".join(result["faults_found"]) or "everything"),
        ]
        for name, text in lines:
            print(f"{name:<24} {text}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fleet", required=True)
    parser.add_argument("--logs", required=True)
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    run = Run(options, load(options.fleet))
    run.go()
    run.report()
    sys.exit(1 if run.result["faults_found"] else 0)


if __name__ == "__main__":
    main()
