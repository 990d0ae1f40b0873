"""Erasures at twelve systems: people are put there, instructions published, copies of the worker killed, and the systems' counts
compared with the database's. Called by scripts/load-erasures, which prepares servers, stand-ins and fleet."""

import argparse
import json
import os
import random
import subprocess
import sys
import threading
import time

from fleet import FleetRun, say
from people import populate
from run import Sandbox
from surroundings import in_words
from workers import Kills, load

SYSTEMS = [f"system-{number}" for number in range(1, 13)]
LIAR, LIARS_CLIENT = "system-13", 7
IN_FLIGHT = 16
PER_SECOND = 20
SICK = {"system-1", "system-2", "system-3", LIAR}


class Run(FleetRun):
    def __init__(self, options, fleet):
        super().__init__(options, fleet)
        self.sandbox = Sandbox(fleet["sandbox"])
        self.lied = [number for number in range(1, options.erasures + 1) if 1 + (number - 1) % 50 == LIARS_CLIENT]

    def go(self):
        count = self.options.erasures
        populate(self.fleet["sandbox"], {**dict.fromkeys(SYSTEMS, range(1, count + 1)), LIAR: self.lied})
        self.sandbox.call("DELETE", "/report")
        self.sandbox.call("PUT", "/scripts/system-2", {"hang": True})
        self.sandbox.call("PUT", "/scripts/system-3", {"methods": ["DELETE"], "probability": 0.3, "seed": self.options.seed, "status": 503})
        self.sandbox.call("PUT", f"/scripts/{LIAR}", {"methods": ["DELETE"], "status": 200, "acts": False})
        self.begin()
        begun = time.monotonic()
        names = ",".join(f"'{name}'" for name in SYSTEMS if name not in SICK)
        healthy = f"SELECT count(*) FROM habeas.fan_out WHERE system_id IN ({names}) AND state = 'verified'"
        hung = {}

        def recover():
            hung.update(healthy=self.number(healthy), sick=self.number("SELECT count(*) FROM habeas.fan_out WHERE system_id = 'system-2' AND state = 'verified'"))
            self.sandbox.call("DELETE", "/scripts/system-2")

        well = threading.Timer(self.options.hang, recover)
        well.start()
        kills = Kills([worker for worker in self.workers if "erasure" in worker.name], random.Random(self.options.seed), (3, 8))
        if self.options.kills:
            kills.start()
        command = [self.fleet["habeas"], "bench", "generate", "--count", str(count), "--clients", "50", "--instructions", "--without-contact"]
        subprocess.run(command, env={**os.environ, "HABEAS_AMQP_URL": self.fleet["publisher_urls"]["bench"]}, check=True, capture_output=True, timeout=600)
        healthy_s = self.wait("the systems that are well done", lambda: self.number(healthy) == count * 9, 600)
        healthy_s = healthy_s and round(time.monotonic() - begun, 1)
        healthy_rate = healthy_s and round(count * 18 / healthy_s)
        well.join()
        done = f"SELECT count(*) FROM habeas.fan_out WHERE state = 'verified'"
        drained = self.wait("every system done", lambda: self.number(done) == count * 12, 900)
        caught = self.wait("those who lie caught", lambda: self.number(f"SELECT count(*) FROM habeas.fan_out WHERE system_id = '{LIAR}' AND state = 'stuck'") == len(self.lied), 120)
        kills.stopping.set()
        self.give_up()
        ended = self.wait("every case ended", lambda: self.number("SELECT count(*) FROM habeas.case_file WHERE state IN ('fulfilled', 'partly_fulfilled')") == count, 120)
        result = {
            "erasures": count, "seed": self.options.seed, "hang": self.options.hang, "kills": kills.done, "seconds": round(time.monotonic() - begun, 1), "healthy_s": healthy_s,
            "healthy_effects_per_s": healthy_rate, "done_during_hang": hung["healthy"], "done_at_system_2_by_then": hung["sick"], "drained_s": drained, "caught_s": caught, "ended_s": ended,
            **self.systems(count), "conditions": self.conditions,
        }
        result["exits"] = self.supervisor.stop()
        result["evidence"] = self.evidence()
        self.judge(result, count)
        return result

    def give_up(self):
        """A person's word on those that were caught: the cases are answered without them."""
        for (task,) in self.database.rows("SELECT id FROM habeas.review WHERE kind = 'target_stuck' AND settled_at IS NULL"):
            command = [self.fleet["habeas"], "tasks", "complete", task, "--outcome", "denied", "--refusal", "legal_claims", "--reason", "load"]
            done = subprocess.run(command, env={**os.environ, **self.fleet["operator_env"]}, capture_output=True, text=True, timeout=60)
            if done.returncode != 0:
                say(done.stderr.strip())

    def systems(self, count):
        report = self.sandbox.report()
        rows = []
        for name in SYSTEMS + [LIAR]:
            peer = report.get(name, {})
            calls = self.sandbox.calls(name)
            deletions = [call for call in calls if call["method"] == "DELETE"]
            keys = {call["key"] for call in deletions}
            rows.append({
                "system": name, "calls": peer.get("calls", 0), "calls_kept": len(calls), "deletions": len(deletions), "keys": len(keys), "people": len(self.lied) if name == LIAR else count,
                "acted_again": peer.get("acted_again"), "most_in_a_second": peer.get("most_in_a_second"), "under_way_most": peer.get("under_way_most"),
            })
        states = self.database.rows("SELECT state, count(*) FROM habeas.case_file GROUP BY 1 ORDER BY 1")
        verify = self.number("SELECT count(*) FROM habeas.evidence WHERE fact = 'target.stuck'")
        return {"systems": rows, "states": dict(states), "verify_failures": verify, "planted": len(self.lied)}

    def judge(self, result, count):
        faults = []
        for key, what in (("healthy_s", "systems that are well"), ("drained_s", "all systems"), ("caught_s", "those who lie"), ("ended_s", "all cases")):
            if result[key] is None:
                faults.append(f"{what}: not done in time")
        if result["healthy_s"] is not None and result["healthy_s"] > self.options.hang > 0:
            # As fast beside one that hangs as beside none: what is left is done no faster after it is well.
            during = result["done_during_hang"] / self.options.hang
            after = (count * 9 - result["done_during_hang"]) / (result["healthy_s"] - self.options.hang)
            result["healthy_while_hung"], result["healthy_after"] = round(during, 1), round(after, 1)
            if during < after / 2:
                faults.append(f"systems that are well waited for one that hung: {during:.0f} a second were done beside it, {after:.0f} after")
        for row in result["systems"]:
            if row["keys"] != row["people"]:
                faults.append(f"{row['system']}: {row['people']} people under {row['keys']} keys")
            if row["calls_kept"] < row["calls"]:
                faults.append(f"{row['system']}: of {row['calls']} calls the sandbox kept {row['calls_kept']}")
            if (row["under_way_most"] or 0) > IN_FLIGHT * 1.1:
                faults.append(f"{row['system']} got {row['under_way_most']} calls at once")
            if row["system"] == "system-1" and (row["most_in_a_second"] or 0) > PER_SECOND * 1.1:
                faults.append(f"system-1 got {row['most_in_a_second']} calls in a second")
        if result["verify_failures"] != result["planted"]:
            faults.append(f"{result['planted']} lies, {result['verify_failures']} caught")
        if result["evidence"] != "holds":
            faults.append("a chain of evidence does not hold")
        if any(result["exits"].values()):
            faults.append("a worker did not end on TERM with 0")
        if self.options.kills and not result["kills"]:
            faults.append("nothing was killed: too few people for that")
        result["faults_found"] = faults


def main():
    parser = argparse.ArgumentParser()
    for name in ("--fleet", "--logs"):
        parser.add_argument(name, required=True)
    for name in ("--erasures", "--seed", "--hang", "--kills"):
        parser.add_argument(name, type=int, required=True)
    options = parser.parse_args()
    result = Run(options, load(options.fleet)).go()
    print(f"{'system':<12}{'people':>8}{'deletions':>11}{'keys':>8}{'again':>7}{'in a second':>13}{'at once':>9}")
    for row in result["systems"]:
        print(f"{row['system']:<12}{row['people']:>8}{row['deletions']:>11}{row['keys']:>8}{row['acted_again'] or 0:>7}{row['most_in_a_second'] or 0:>13}{row['under_way_most'] or 0:>9}")
    print(f"systems that are well: done after {result['healthy_s']} s, {result['healthy_effects_per_s']} calls a second; all after {result['seconds']} s; {result['kills']} kills")
    print(f"caught: {result['verify_failures']} of {result['planted']}; cases: " + ", ".join(f"{count} {state}" for state, count in result["states"].items()) + f"; evidence {result['evidence']}")
    print(f"{result['erasures']} erasures, seed {result['seed']}, system-2 hung for {result['hang']} s; {in_words(result['conditions'])}")
    for fault in result["faults_found"]:
        print(f"NOT: {fault}")
    print(json.dumps({"ok": not result["faults_found"], **result}))
    sys.exit(1 if result["faults_found"] else 0)


if __name__ == "__main__":
    main()
