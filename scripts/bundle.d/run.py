"""One person's giant bundle, measured: called by scripts/bundle, which prepares servers, fleet and own database."""

import argparse
import base64
import datetime
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from urllib.parse import quote, unquote, urlsplit

from database import Database
from fleet import FleetRun, Memory, say
from surroundings import in_words
from workers import load

MEMORY_MB = 96
SHARE = 0.6


class Run(FleetRun):
    PAUSE = 0.1

    def __init__(self, options, fleet):
        super().__init__(options, fleet)
        self.shop = Database(fleet["shop_url"])
        self.admin = Database(fleet["admin_url"])
        self.intake, self.export, self.clock = self.workers
        self.result = {"conditions": self.conditions, "rows": options.rows}

    # ---- the ceiling

    def ceiling(self):
        columns = "id, account_id, sent_at, channel, price, is_read, body"
        csv = f"COPY (SELECT {columns} FROM message WHERE account_id = 1 ORDER BY id) TO STDOUT (FORMAT csv, HEADER)"
        lines = f"COPY (SELECT row_to_json(m) FROM (SELECT {columns} FROM message WHERE account_id = 1 ORDER BY id) m) TO STDOUT"
        return {"csv": self.zipped(csv), "json": self.zipped(lines)}

    def zipped(self, sql):
        begun = time.monotonic()
        environment = {**os.environ, **self.shop.environment(), "PGOPTIONS": "-c enable_sort=off"}
        psql = subprocess.Popen(["psql", "-X", "-q", "-c", sql], env=environment, stdout=subprocess.PIPE)
        packer = subprocess.Popen(["zip", "-1", "-q", "-", "-"], stdin=psql.stdout, stdout=subprocess.DEVNULL)
        psql.stdout.close()
        if packer.wait() or psql.wait():
            raise SystemExit("bundle: the ceiling could not be taken")
        return round(time.monotonic() - begun, 1)

    # ---- the request

    def ask(self):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        event = {
            "specversion": "1.0", "id": str(uuid.uuid4()), "source": "/crm/requests", "type": "io.habeas.request.submitted.v1", "time": now,
            "data": {
                "request_ref": "giant", "channel": "form", "submitted_time": now, "submitted_by": "client", "client": "acme",
                "instructed_by": {"user": "u-1", "role": "admin", "channel": "app"}, "instructed_at": now, "relationship": "end_user",
                "right": "access", "regulation": "gdpr", "subjects": [{"identities": [{"type": "email", "value": "jo@example.org"}]}],
            },
        }  # fmt: skip
        environment = {**os.environ, "HABEAS_AMQP_URL": self.fleet["publisher_urls"]["crm"]}
        done = subprocess.run([self.fleet["habeas"], "publish", "-"], env=environment, input=json.dumps(event), capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise SystemExit(f"bundle: the request was not taken: {done.stderr.strip()[-300:]}")
        self.must("the request at hand", lambda: self.database.value("SELECT state FROM habeas.case_file") == "in_progress", 60)

    def wake(self):
        """Tells the export worker of the case, as the message did that the first run has taken."""
        case = self.database.value("SELECT id FROM habeas.case_file")
        url = urlsplit(self.fleet["management_url"])
        body = {
            "properties": {"type": "habeas.wake_up.v1", "delivery_mode": 2}, "routing_key": "habeas.export", "payload_encoding": "string",
            "payload": json.dumps({"v": 1, "ids": [case]}),
        }  # fmt: skip
        login = base64.b64encode(f"{unquote(url.username)}:{unquote(url.password)}".encode()).decode()
        request = urllib.request.Request(
            f"http://{url.hostname}:{url.port}/api/exchanges/{quote(self.fleet['vhost'], safe='')}/habeas.work/publish",
            data=json.dumps(body).encode(), headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"}, method="POST",
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=10) as answer:
            if not json.load(answer)["routed"]:
                raise SystemExit("bundle: nobody was told of the case")

    def snapshot(self):
        name = urlsplit(self.fleet["database_url"]).path.lstrip("/")
        self.admin.rows(f"CREATE DATABASE before TEMPLATE {name}")

    def back(self):
        name = urlsplit(self.fleet["database_url"]).path.lstrip("/")
        self.admin.rows(f"DROP DATABASE {name} WITH (FORCE)")
        self.admin.rows(f"ALTER DATABASE before RENAME TO {name}")

    # ---- one run

    def carry_out(self, name, kills=0, expected=None):
        supervisor = self.started([self.export, self.clock])
        memory = Memory(self.export)
        memory.start()
        begun = time.monotonic()
        self.wake()
        dice = random.Random(7)
        times = sorted(dice.uniform(0.05, 0.95) * expected for _ in range(kills)) if kills else []
        for at in times:
            time.sleep(max(0, begun + at - time.monotonic()))
            if self.database.value("SELECT state FROM habeas.case_file") != "in_progress":
                break
            self.export.process.send_signal(signal.SIGKILL)
        self.must("the bundle", lambda: self.database.value("SELECT count(*) FROM habeas.export WHERE state = 'ready'") == "1", 7_200)
        seconds = time.monotonic() - begun
        memory.stopping = True
        self.must("the pieces gone", lambda: self.database.value("SELECT count(*) FROM habeas.effect WHERE state NOT IN ('done', 'parked', 'cancelled')") == "0", 120)
        row = self.database.rows("SELECT id, bytes, sha256, rows FROM habeas.export")[0]
        self.result[name] = {
            "seconds": round(seconds, 1), "memory_mb": round(memory.most, 1), "bytes": int(row[1]), "sha256": row[2], "rows": int(row[3]),
            "kills": self.export.deaths.count(-signal.SIGKILL), "slices": int(self.database.value("SELECT count(*) FROM habeas.export_piece")),
        }  # fmt: skip
        self.result[name]["exits"] = supervisor.stop()
        return row[0]

    def look(self, export):
        """What others' programs make of the bundle that somebody fetches."""
        path = os.path.join(self.options.logs, "bundle.zip")
        done = subprocess.run(
            [self.fleet["habeas"], "exports", "fetch", export, "--output", path, "--why", "measured"],
            env={**os.environ, **self.fleet["operator_env"], "HABEAS_EXPORTS_FOLDER": self.fleet["exports"]}, capture_output=True, text=True, timeout=3_600,
        )  # fmt: skip
        if done.returncode != 0:
            raise SystemExit(f"bundle: it could not be fetched: {done.stderr.strip()[-300:]}")
        digest = hashlib.sha256()
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        tested = subprocess.run(["unzip", "-tq", path], capture_output=True, text=True)
        lines = subprocess.run(f"unzip -p '{path}' '*message.jsonl' | wc -l", shell=True, capture_output=True, text=True)
        self.result["fetched"] = {"sha256": digest.hexdigest(), "unzip": tested.returncode, "lines": int(lines.stdout)}
        os.unlink(path)

    def go(self):
        self.result["ceiling"] = self.ceiling()
        supervisor = self.started([self.intake])
        self.ask()
        supervisor.stop()
        self.snapshot()
        self.purge()
        export = self.carry_out("undisturbed")
        self.look(export)
        self.result["evidence"] = self.evidence()
        self.back()
        self.carry_out("killed", self.options.kills, self.result["undisturbed"]["seconds"])
        self.judge()

    def purge(self):
        """Takes the wake-up away that intake has sent: both runs begin with one of their own."""
        control = os.path.join(self.fleet["node_dir"], "rabbitmqctl")
        subprocess.run([control, "-q", "purge_queue", "-p", self.fleet["vhost"], "habeas.export"], check=True, capture_output=True)

    def judge(self):
        result, faults = self.result, []
        first, second = result["undisturbed"], result["killed"]
        ceiling = sum(result["ceiling"].values())
        result["share"] = round(ceiling / first["seconds"], 2)
        if first["sha256"] != second["sha256"]:
            faults.append("the bundles differ")
        if result["fetched"]["sha256"] != first["sha256"] or result["fetched"]["unzip"] != 0:
            faults.append("what was fetched is not what was made")
        if result["fetched"]["lines"] != self.options.rows or first["rows"] != self.options.rows + 1:
            faults.append(f"{result['fetched']['lines']} rows in the bundle")
        for name in ("undisturbed", "killed"):
            if result[name]["memory_mb"] > MEMORY_MB:
                faults.append(f"{name}: {result[name]['memory_mb']} MB resident")
            if any(result[name]["exits"].values()):
                faults.append(f"{name}: a worker did not end on TERM with 0")
        if second["kills"] != self.options.kills:
            faults.append(f"killed {second['kills']} times")
        if result["share"] < SHARE:
            faults.append(f"{result['share']} of the ceiling")
        if result["evidence"] != "holds":
            faults.append("a chain of evidence does not hold")
        result["faults_found"] = faults

    def report(self):
        result = self.result
        if self.options.json:
            print(json.dumps(result))
            return
        first, second = result["undisturbed"], result["killed"]
        rate = lambda seconds: f"{round(self.options.rows / seconds)} rows/s"
        lines = [
            ("ceiling", f"CSV | zip -1: {result['ceiling']['csv']} s, JSON lines | zip -1: {result['ceiling']['json']} s"),
            ("undisturbed", f"{first['seconds']} s, {rate(first['seconds'])}, {result['share']} of the ceiling, {first['memory_mb']} MB, {first['slices']} pieces, {first['bytes']} bytes"),
            ("killed", f"{second['kills']} times: {second['seconds']} s, {second['memory_mb']} MB, {second['slices']} pieces"),
            ("same bytes", "yes" if first["sha256"] == second["sha256"] else "NO"),
            ("fetched", f"unzip -t {'good' if result['fetched']['unzip'] == 0 else 'BAD'}, {result['fetched']['lines']} lines of JSON"),
            ("evidence", result["evidence"]),
            ("conditions", in_words(result["conditions"])),
            ("holds", "; ".join(result["faults_found"]) or "everything"),
        ]
        for name, text in lines:
            print(f"{name:<14} {text}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fleet", required=True)
    parser.add_argument("--logs", required=True)
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    run = Run(options, load(options.fleet))
    try:
        run.go()
    except BaseException:
        say("bundle: ended early")
        raise
    run.report()
    sys.exit(1 if run.result["faults_found"] else 0)


if __name__ == "__main__":
    main()
