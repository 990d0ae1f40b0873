"""Hundreds of copies at once beside a giant one: asked for, awaited, and counted in the ledger. Called by scripts/load-exports, which
prepares servers, own database and fleet."""

import argparse
import datetime
import json
import os
import subprocess
import sys
import uuid
from collections import defaultdict
from statistics import mean, quantiles

from fleet import FleetRun, Memory, say
from surroundings import in_words
from workers import load

MEMORY_MB = 96
SMALL = 21  # rows: the account and its messages
GIANT = "(SELECT id FROM habeas.export ORDER BY begun_at LIMIT 1)"


class Run(FleetRun):
    def event(self, number):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "specversion": "1.0", "id": str(uuid.uuid4()), "source": "/crm/requests", "type": "io.habeas.request.submitted.v1", "time": now,
            "data": {
                "request_ref": f"copy-{number}", "channel": "form", "submitted_time": now, "submitted_by": "client", "client": f"client-{1 + number % 50}",
                "instructed_by": {"user": "u-1", "role": "admin", "channel": "app"}, "instructed_at": now, "relationship": "end_user",
                "right": "access", "regulation": "gdpr", "subjects": [{"identities": [{"type": "email", "value": f"person-{number}@example.org"}]}],
            },
        }  # fmt: skip

    def publish(self, numbers):
        events = "\n".join(json.dumps(self.event(number)) for number in numbers)
        environment = {**os.environ, "HABEAS_AMQP_URL": self.fleet["publisher_urls"]["crm"]}
        done = subprocess.run([self.fleet["habeas"], "publish", "-"], env=environment, input=events, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise SystemExit(f"load-exports: the requests were not taken: {done.stderr.strip()[-300:]}")

    def giants_rows(self):
        return self.number(f"SELECT coalesce(sum(rows), 0) FROM habeas.export_piece WHERE export_id = {GIANT}")

    def small_ready(self):
        """So many requests call a person, and copies that have not begun wait for the word: here it is given at once."""
        for (task,) in self.database.rows("SELECT id FROM habeas.review WHERE kind = 'harvest' AND settled_at IS NULL"):
            command = [self.fleet["habeas"], "tasks", "complete", task, "--outcome", "denied", "--reason", "load"]
            done = subprocess.run(command, env={**os.environ, **self.fleet["operator_env"]}, capture_output=True, text=True, timeout=60)
            if done.returncode != 0:
                say(done.stderr.strip())
        return self.number(f"SELECT count(*) FROM habeas.export WHERE state = 'ready' AND id <> {GIANT}")

    def go(self):
        small = self.options.exports - 1
        self.begin()
        memories = [Memory(worker) for worker in self.workers if "export" in worker.name]
        for memory in memories:
            memory.start()
        self.publish([1])
        self.must("the giant begun", lambda: self.giants_rows() > 0, 120)
        before, asked = self.giants_rows(), self.database.value("SELECT clock_timestamp()")
        self.publish(range(2, self.options.exports + 1))
        self.must("the small copies", lambda: self.small_ready() == small, 900)
        meanwhile = self.giants_rows() - before
        giant_first = self.database.value(f"SELECT state FROM habeas.export WHERE id = {GIANT}") == "ready"
        self.must("the giant", lambda: self.number("SELECT count(*) FROM habeas.export WHERE state = 'ready'") == small + 1, 1_800)
        for memory in memories:
            memory.stopping = True
        result = {
            "exports": self.options.exports, "giants_rows": self.options.rows, "rows_of_the_giant_meanwhile": meanwhile, "giant_first": giant_first,
            "memory_mb": [round(memory.most, 1) for memory in memories], **self.times(asked), "conditions": self.conditions,
        }
        result["exits"] = self.supervisor.stop()
        result["evidence"] = self.evidence()
        self.judge(result)
        return result

    def times(self, asked):
        rows = self.database.rows(
            f"""SELECT x.client_id, x.id = {GIANT}, x.rows, extract(epoch FROM x.ready_at - '{asked}'::timestamptz),
                       extract(epoch FROM x.ready_at - x.begun_at) FROM habeas.export x"""
        )
        small = [(client, float(seconds)) for client, giant, _, seconds, _ in rows if giant == "f"]
        seconds = [value for _, value in small]
        clients = defaultdict(list)
        for client, value in small:
            clients[client].append(value)
        means = [mean(values) for values in clients.values()]
        cuts = quantiles(seconds, n=100)
        return {
            "p50_s": round(cuts[49], 2), "p99_s": round(cuts[98], 2), "longest_s": round(max(seconds), 2), "per_s": round(len(seconds) / max(seconds), 1),
            "giant_s": round(next(float(lasted) for _, giant, _, _, lasted in rows if giant == "t"), 1),
            "clients": len(means), "client_quickest_s": round(min(means), 2), "client_slowest_s": round(max(means), 2),
            # Jain's index of what each client waited: 1 where all waited equally long.
            "fairness": round(sum(means) ** 2 / (len(means) * sum(value**2 for value in means)), 3),
            "whole": sum(int(count) == (self.options.rows + 1 if giant == "t" else SMALL) for _, giant, count, _, _ in rows),
        }

    def judge(self, result):
        faults = []
        if result["whole"] != self.options.exports:
            faults.append(f"{result['whole']} of {self.options.exports} copies have all their rows")
        if result["giant_first"]:
            faults.append("the giant was done before the small ones: give it more rows")
        if not result["rows_of_the_giant_meanwhile"]:
            faults.append("the giant stood still beside the small ones")
        if max(result["memory_mb"]) > MEMORY_MB:
            faults.append(f"{max(result['memory_mb'])} MB resident")
        if result["evidence"] != "holds":
            faults.append("a chain of evidence does not hold")
        if any(result["exits"].values()):
            faults.append("a worker did not end on TERM with 0")
        result["faults_found"] = faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fleet", required=True)
    parser.add_argument("--logs", required=True)
    parser.add_argument("--exports", type=int, required=True)
    parser.add_argument("--rows", type=int, required=True)
    options = parser.parse_args()
    try:
        result = Run(options, load(options.fleet)).go()
    except BaseException:
        say("load-exports: ended early")
        raise
    print(f"small copies: p50 {result['p50_s']} s, p99 {result['p99_s']} s, the longest {result['longest_s']} s, {result['per_s']} a second")
    print(f"{result['clients']} clients waited {result['client_quickest_s']} to {result['client_slowest_s']} s on average; Jain's index {result['fairness']}")
    print(f"the giant: {result['giants_rows']} rows in {result['giant_s']} s, {result['rows_of_the_giant_meanwhile']} of them beside the small ones")
    print(f"memory of the two copies: {' and '.join(map(str, result['memory_mb']))} MB; evidence {result['evidence']}; {in_words(result['conditions'])}")
    for fault in result["faults_found"]:
        print(f"NOT: {fault}")
    print(json.dumps({"ok": not result["faults_found"], **result}))
    sys.exit(1 if result["faults_found"] else 0)


if __name__ == "__main__":
    main()
