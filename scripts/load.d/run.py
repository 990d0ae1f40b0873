"""One run: clients behave as the scenario says, referrals are published, and the receivers' counts are compared with the
database's. Called by scripts/load, which prepares servers, peers and fleet."""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request

from fleet import FleetRun, say
from workers import load

CLIENTS = 200
IN_FLIGHT = 4
PER_SECOND = 5
RATED = range(101, 151)
# Of the scenario with misbehaving clients: name -> which, and what they do.
BAD = {
    "hang": (range(1, 21), {"hang": True}),
    "500": (range(21, 41), {"status": 500}),
    "429": (range(41, 61), {"status": 429, "retry_after": 5}),
    "slow": (range(61, 66), {"delay": {"ms": 3000}}),
}
LEASE = 25 + 15  # seconds: a webhook's longest call at the default timeout, and the margin
RETRY = 15


class Sandbox:
    def __init__(self, url):
        self.url = url

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers={"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def report(self):
        return json.loads(self.call("GET", "/report"))["peers"]

    def calls(self, name):
        calls, after = [], 0
        while True:
            page = [json.loads(line) for line in self.call("GET", f"/report/{name}/calls?after={after}&limit=10000").splitlines()]
            calls += page
            if len(page) < 10000:
                return calls
            after = page[-1]["id"]


class Faults(threading.Thread):
    """Kills copies of referral, restarts broker and database, at random moments of the publishing time."""

    def __init__(self, workers, node_dir, rng, seconds):
        super().__init__(name="faults", daemon=True)
        self.workers, self.node_dir, self.rng, self.seconds = workers, node_dir, rng, seconds
        self.done = []

    def node(self, *words):
        subprocess.run([os.path.join(self.node_dir, words[0]), *words[1:]], check=True, capture_output=True, timeout=180)

    def run(self):
        plan = ["kill"] * 12 + ["broker"] * 2 + ["database"] * 2
        self.rng.shuffle(plan)
        begin = time.monotonic()
        for place, fault in enumerate(plan):
            time.sleep(max(0, begin + (place + self.rng.uniform(0.2, 0.8)) * self.seconds / len(plan) - time.monotonic()))
            if fault == "kill":
                victim = self.rng.choice([worker for worker in self.workers if worker.name.startswith("habeas-referral")])
                victim.process.send_signal(signal.SIGKILL)
            elif fault == "broker":
                self.node("broker", "kill")
                time.sleep(self.rng.uniform(0.2, 2))
                self.node("broker", "start")
            else:
                self.node("database", "immediate")
                time.sleep(self.rng.uniform(0.2, 2))
                self.node("database", "start")
            self.done.append(fault)


class Run(FleetRun):
    def __init__(self, options, fleet):
        super().__init__(options, fleet)
        self.sandbox = Sandbox(fleet["sandbox"])
        self.bad = {number: kind for kind, (numbers, _) in BAD.items() for number in numbers} if options.scenario == "bad" else {}

    def go(self):
        for kind, (numbers, script) in BAD.items():
            for number in numbers if self.bad else ():
                self.sandbox.call("PUT", f"/scripts/client-{number}", script)
        self.begin()
        count, rate = self.options.referrals, self.options.referrals / self.options.seconds
        faults = Faults(self.workers, self.fleet["node_dir"], random.Random(self.options.seed), self.options.seconds)
        if self.options.scenario == "faults":
            faults.start()
        command = [self.fleet["habeas"], "bench", "generate", "--count", str(count), "--clients", str(CLIENTS)]
        # An open load; where the broker goes away meanwhile, the generator waits for its confirms like any publisher.
        command += ["--rate", str(rate)]
        begun = time.monotonic()
        published = subprocess.run(command, env={**os.environ, "HABEAS_AMQP_URL": self.fleet["publisher_urls"]["bench"]}, capture_output=True, text=True, timeout=1800)
        say(f"published in {time.monotonic() - begun:.0f} s: {(published.stdout or published.stderr).strip()[-200:]}")
        if faults.is_alive():
            faults.join()
        healthy = [number for number in range(1, CLIENTS + 1) if number not in self.bad]
        names = ",".join(f"'client-{number}'" for number in healthy)
        cases = f"SELECT count(*) FROM habeas.case_file"
        taken = self.number(cases)
        left = f"SELECT count(*) FROM habeas.case_file c WHERE client_id IN ({names}) AND NOT EXISTS (SELECT FROM habeas.effect e WHERE e.case_id = c.id AND e.kind = 'client.referral' AND e.state = 'done')"
        drained = self.wait("every healthy client told", lambda: self.number(cases) >= count - self.lost(published) and self.number(left) == 0, 300)
        mails = f"SELECT count(*) FROM habeas.effect WHERE kind = 'subject.notice' AND state <> 'done'"
        told = self.wait("every person told", lambda: self.number(mails) == 0, 300)
        settled = self.wait("outbox empty", lambda: self.number("SELECT count(*) FROM habeas.outbox_pending") == 0, 120)
        time.sleep(2)
        result = {
            "scenario": self.options.scenario, "cases": self.number(cases), "taken_at_once": taken, "faults": faults.done,
            "seconds": round(time.monotonic() - begun, 1), "drained_s": drained, "people_told_s": told, "outbox_s": settled,
            **self.receivers(healthy), "conditions": self.conditions,
        }
        result["exits"] = self.supervisor.stop()
        result["evidence"] = self.evidence()
        self.judge(result)
        return result

    def lost(self, published):
        """Events that the generator could not get confirmed, under faults: not published is not lost."""
        if published.returncode == 0:
            return 0
        words = published.stderr.split()
        return int(words[words.index("of") - 1]) if "of" in words else self.options.referrals

    # ---- the receivers' account

    def receivers(self, healthy):
        rows = self.database.rows(
            "SELECT e.id, c.request_ref, e.client_id, e.state, e.leases FROM habeas.effect e JOIN habeas.case_file c ON c.id = e.case_id"
            " WHERE e.kind = 'client.referral'", timeout=300,
        )
        effects = {identity: (reference, client, state) for identity, reference, client, state, _ in rows}
        report = self.sandbox.report()
        delays, missing, others, strange, late = [], [], [], [], []
        extra = 0
        for number in healthy:
            name = f"client-{number}"
            firsts = {}
            for call in self.sandbox.calls(name):
                key = call["key"]
                if key in firsts:
                    extra += 1
                firsts.setdefault(key, call["at"])
            wanted = {identity for identity, (_, client, _) in effects.items() if client == name}
            missing += sorted(wanted - set(firsts))
            for key, at in firsts.items():
                if key not in effects:
                    continue  # a reminder, not a referral
                due = int(effects[key][0].split("-")[1])
                delays.append((at - due) / 1e6)
            peer = report.get(name)
            if peer and peer["duplicates_other_body"]:
                others.append(name)
            if peer and (peer["bad_signatures"] or peer["unverified"]):
                strange.append(name)
        delays.sort()
        over = {}
        for number in range(1, CLIENTS + 1):
            peer = report.get(f"client-{number}")
            if not peer:
                continue
            if peer["connections_most"] > IN_FLIGHT * 1.1:
                over[f"client-{number} connections"] = peer["connections_most"]
            if number in RATED and peer["most_in_a_second"] > PER_SECOND * 1.1:
                over[f"client-{number} in a second"] = peer["most_in_a_second"]
        states = {}
        for _, (_, client, state) in effects.items():
            kind = self.bad.get(int(client.split("-")[1]), "healthy")
            states.setdefault(kind, {}).setdefault(state, 0)
            states[kind][state] += 1

        def at(share):
            return round(delays[min(len(delays) - 1, int(share * len(delays)))], 3) if delays else None

        return {
            "effects": len(effects), "arrived": len(delays), "repeated": extra, "missing": missing[:5], "missing_count": len(missing),
            "other_body": others, "bad_signature": strange, "p50_s": at(0.5), "p99_s": at(0.99), "max_s": at(1), "over_limit": over,
            "most_connections": max((peer["connections_most"] for peer in report.values()), default=0),
            "most_in_a_second": max((report[f"client-{number}"]["most_in_a_second"] for number in RATED if f"client-{number}" in report), default=0),
            "states": states,
        }

    def judge(self, result):
        faults = []
        if result["drained_s"] is None:
            faults.append("not every healthy client was told")
        if result["people_told_s"] is None:
            faults.append("not every person was told")
        if result["outbox_s"] is None:
            faults.append("the outbox did not empty")
        if result["missing_count"]:
            faults.append(f"{result['missing_count']} webhook ids never arrived")
        if result["other_body"]:
            faults.append("an id came twice with different bodies")
        if result["bad_signature"]:
            faults.append("a signature does not hold")
        if result["over_limit"]:
            faults.append("a limit was broken")
        if result["evidence"] != "holds":
            faults.append("a chain of evidence does not hold")
        if any(result["exits"].values()):
            faults.append("a worker did not end on TERM with 0")
        # Restarts themselves take their time; what is left of an effect then is a lease and a retry at most.
        if result["scenario"] == "faults" and result["max_s"] is not None and result["max_s"] > LEASE + RETRY + 30:
            faults.append("an effect was later than a lease, a retry and a restart")
        result["faults_found"] = faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fleet", required=True)
    parser.add_argument("--logs", required=True)
    parser.add_argument("--referrals", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--scenario", required=True)
    parser.add_argument("--results", required=True)
    options = parser.parse_args()
    result = Run(options, load(options.fleet)).go()
    results = load(options.results) if os.path.exists(options.results) else []
    with open(options.results, "w") as file:
        json.dump([*results, result], file)
    sys.exit(1 if result["faults_found"] else 0)


if __name__ == "__main__":
    main()
