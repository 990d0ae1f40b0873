"""An incident on its way to its clients, measured from the broker's confirm to the first attempt at each of them: called by
scripts/load-breach, which prepares servers, receivers and fleet."""

import argparse
import json
import math
import os
import random
import subprocess
import sys
import time
import uuid
from datetime import datetime, timedelta, timezone
from statistics import median
from urllib.parse import urlsplit

import pika

from affected import cannot_be_told
from events import encode, stamp
from fleet import FleetRun, Memory, say
from receptions import Receptions
from run import Sandbox
from surroundings import in_words
from workers import Kills, load

SOURCE = "/bench/breach"
# Clients that one event names at most.
NAMED = 1_000
# Seconds from the confirm to the first attempt; and for those whose notice a killed copy had in hand: its lease ends first,
# and the clock has to find it.
LATEST, LEASE = 30, 15
ACKNOWLEDGE = 0.7
# Domain time from one look to the next, a little more than what clients have to acknowledge, and how often it passes: two
# reminders, then a person.
PASSING, TIMES = "250 minutes", 3
ROUNDS = 3
RATIO = 1.5
FINAL = "('done', 'parked', 'cancelled')"


def now():
    return datetime.now(timezone.utc)


def event(name, **data):
    return {
        "specversion": "1.0", "id": str(uuid.uuid4()), "source": SOURCE, "type": f"io.habeas.{name}.v1", "time": stamp(now()),
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip


def incident(ref, clients):
    """The events of one incident: a thousand clients each, every one with numbers of its own."""
    affected = [{"client": f"client-{number}", "subjects_approx": number, "records_approx": 3 * number} for number in range(1, clients + 1)]
    parts = [affected[start : start + NAMED] for start in range(0, clients, NAMED)]
    known = stamp(now() - timedelta(minutes=5))
    first = event(
        "breach.detected", incident_ref=ref, discovered_at=known, aware_at=known, nature="An export bucket was readable without a login for two hours.",
        cause="A deployment script reset the policy of the bucket.", categories=["name", "email", "order history"], risk="high",
        consequences="Unwanted mail, and attempts to learn passwords.", measures="Access closed, keys rotated.",
        contact={"email": "security@vendor.example", "name": "Security desk", "locale": "en"}, affected=parts[0],
    )  # fmt: skip
    return [first] + [event("breach.updated", incident_ref=ref, phase=phase, affected=part) for phase, part in enumerate(parts[1:], 2)]


def figures(seconds):
    """p50, p99 and the last, by rank."""
    ordered = sorted(seconds)
    at = lambda share: round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 2) if ordered else None
    return {"p50_s": at(0.5), "p99_s": at(0.99), "last_s": at(1)}


class Run(FleetRun):
    PAUSE = 0.5

    def __init__(self, options, fleet):
        super().__init__(options, fleet)
        self.sandbox = Sandbox(fleet["sandbox"])
        self.result = {"clients": options.clients}

    def copies(self, kind):
        return [worker for worker in self.workers if kind in worker.name]

    def publish(self, events):
        """When the broker had confirmed each, in seconds since 1970."""
        url, confirmed = self.fleet["publisher_urls"]["bench"], []
        connection = pika.BlockingConnection(pika.URLParameters(url))
        channel = connection.channel()
        channel.confirm_delivery()
        for item in events:
            properties = pika.BasicProperties(
                content_type="application/cloudevents+json", delivery_mode=2, message_id=item["id"], type=item["type"], app_id=item["source"], user_id=urlsplit(url).username
            )  # fmt: skip
            # Returns with the confirm, raises without.
            channel.basic_publish("habeas.events", item["type"], encode(item), properties, mandatory=True)
            confirmed.append(time.time())
        connection.close()
        return confirmed

    def notices(self, ref, more=""):
        return f"habeas.breach_notice n JOIN habeas.incident i ON i.id = n.incident_id AND i.incident_ref = '{ref}' {more}"

    def untried(self, ref):
        attempts = "JOIN habeas.effect e ON e.subject_id = n.case_id JOIN habeas.effect_attempt a ON a.effect_id = e.id AND a.started_at IS NOT NULL"
        return self.number(f"SELECT {self.options.clients} - count(DISTINCT n.client_id) FROM {self.notices(ref, attempts)}")

    def attempts(self, ref):
        """By client: when the first attempt at it began, in microseconds since 1970, and whether a copy that was killed had its notice
        in hand."""
        attempts = "LEFT JOIN habeas.effect e ON e.subject_id = n.case_id LEFT JOIN habeas.effect_attempt a ON a.effect_id = e.id"
        rows = self.database.rows(
            f"""SELECT substr(n.client_id, 8), (extract(epoch FROM min(a.started_at)) * 1000000)::int8, coalesce(bool_or(a.outcome = 'lost'), false)
                  FROM {self.notices(ref, attempts)} GROUP BY 1"""
        )
        return {int(number): (int(at) if at else None, lost == "t") for number, at, lost in rows}

    def outbox_empty(self):
        return self.wait("outbox empty", lambda: self.number("SELECT count(*) FROM habeas.outbox_pending") == 0, 120)

    def ended(self, exits, evidence):
        """Faults that any run can have."""
        faults = [f"{name} ended on TERM with {status}" for name, status in exits.items() if status]
        if evidence != "holds":
            faults.append("a chain of evidence does not hold")
        return faults


class Spread(Run):
    """One incident, of whose many clients some cannot be reached, some lose answers and some keep silent."""

    REF = "spread"
    # Each look counts attempts at ten thousand clients, on the cores that are measured.
    PAUSE = 3

    def go(self):
        options, result = self.options, self.result
        self.sandbox.call("PUT", "/scripts/dead-*", {"status": 500})
        self.sandbox.call("PUT", "/scripts/lossy-*", {"probability": 0.5, "seed": options.seed, "close": "before_answer", "acts": True})
        self.begin()
        breach = self.copies("breach")
        memories = [Memory(worker) for worker in breach]
        for memory in memories:
            memory.start()
        kills = Kills(breach, random.Random(options.seed), (0.5, 4), options.kills)
        kills.start()
        self.confirmed = self.publish(incident(self.REF, options.clients))
        result["events"], result["published_s"] = len(self.confirmed), round(self.confirmed[-1] - self.confirmed[0], 2)
        result["tried_s"] = self.wait("every client tried", lambda: self.untried(self.REF) == 0, 600)
        kills.join(60)
        kills.stopping.set()
        result["kills"] = kills.done
        called = "EXISTS (SELECT FROM habeas.review r WHERE r.case_id = n.case_id AND r.kind = 'breach_unreached' AND r.settled_at IS NULL)"
        heard = f"SELECT count(*) FROM {self.notices(self.REF)} WHERE n.told_at IS NOT NULL OR {called}"
        result["told_s"] = self.wait("every client told, or a person called", lambda: self.number(heard) == options.clients, 600)
        self.acknowledge()
        for _ in range(TIMES):
            self.pass_time()
        self.outbox_empty()
        for memory in memories:
            memory.stopping = True
        result["memory_mb"] = [round(memory.most, 1) for memory in memories]
        result["exits"] = self.supervisor.stop()
        result["unexpected"] = len(self.supervisor.unexpected)
        self.account()
        result["evidence"] = self.evidence()
        self.judge()

    def acknowledge(self):
        rows = self.database.rows(f"SELECT n.client_id FROM {self.notices(self.REF)} WHERE n.told_at IS NOT NULL ORDER BY 1")
        told = [client for (client,) in rows]
        chosen = random.Random(self.options.seed).sample(told, min(len(told), round(ACKNOWLEDGE * self.options.clients)))
        self.publish([event("breach.acknowledged", incident_ref=self.REF, client=client, by="Privacy desk", at=stamp(now())) for client in chosen])
        self.result["acknowledgements"] = len(chosen)
        entered = "SELECT count(*) FROM habeas.breach_notice WHERE acknowledged_at IS NOT NULL"
        self.result["acknowledged_s"] = self.wait("acknowledgements taken in", lambda: self.number(entered) == len(chosen), 300)

    def pass_time(self):
        """Lets domain time pass until nobody that keeps silent has been told, reminded or given to a person too long ago. A reminder
        that goes on failing does not hold this up."""
        self.database.value(f"SELECT habeas.play_until(habeas.domain_now() + interval '{PASSING}')")
        waiting = f"""SELECT count(*) FROM {self.notices(self.REF)} WHERE n.told_at IS NOT NULL AND n.acknowledged_at IS NULL
            AND NOT EXISTS (SELECT FROM habeas.deadline d WHERE d.subject_id = n.case_id AND d.clock = 'acknowledgement' AND d.state = 'open'
                               AND d.due_at > habeas.domain_now())
            AND NOT EXISTS (SELECT FROM habeas.review r WHERE r.case_id = n.case_id AND r.kind = 'breach_silent' AND r.settled_at IS NULL)
            AND NOT EXISTS (SELECT FROM habeas.effect e WHERE e.subject_id = n.case_id AND e.kind = 'breach.reminder'
                               AND e.state NOT IN {FINAL} AND e.attempts >= 3)"""
        self.wait("the silent ones reminded", lambda: self.number(waiting) == 0, 300)

    # ---- the account

    def account(self):
        clients, result = self.options.clients, self.result
        effects = {
            identity: (int(client), kind, int(number))
            for identity, client, kind, number in self.database.rows(
                f"""SELECT e.id, substr(n.client_id, 8), e.kind, e.parameters::jsonb ->> 'for'
                      FROM {self.notices(self.REF, 'JOIN habeas.effect e ON e.subject_id = n.case_id')}"""
            )
        }
        got = Receptions(effects, clients)
        got.calls(self.sandbox)
        got.mails(self.fleet["mails"])
        self.delays(got)
        states, silent = {"acknowledged": 0, "with a person": 0, "reminded": 0, "silent": 0}, []
        told_clients, outside, reminded_clients, unreached = set(), 0, 0, set()
        for client, told, acknowledged, reminded, reviews in self.standing():
            number = int(client)
            if number > clients:
                outside += 1
                continue
            state = "acknowledged" if acknowledged == "t" else "with a person" if reviews else "reminded" if reminded == "t" else "silent"
            states[state] += 1
            if state == "silent":
                silent.append(number)
            reminded_clients += reminded == "t"
            if told == "t":
                told_clients.add(number)
            if "breach_unreached" in reviews:
                unreached.add(number)
        everybody = set(range(1, clients + 1))
        dead = {number for number in everybody if cannot_be_told(number, clients)}
        result.update(
            states=states, silent=silent[:5], cases=sum(states.values()), calls=got.count["calls"], mails=got.count["mails"], deferred=got.count["deferred"],
            missed=sorted(everybody - got.reached - unreached)[:5], missed_count=len(everybody - got.reached - unreached), unreached=len(unreached),
            dead=len(dead), dead_not_with_a_person=len(dead - unreached), told_again=len(got.again), different=sorted(got.different)[:5],
            different_count=len(got.different), believed_told=sorted(told_clients - got.reached)[:5], strange=got.strange[:5], strange_count=len(got.strange),
            unaffected_told=outside, reminded=reminded_clients,
        )  # fmt: skip

    def delays(self, got):
        """From the first event's confirm, by whoever saw the first attempt first: the receiver, or the worker in its own books."""
        published, early, held = self.confirmed[0] * 1e6, [], []
        for number, (at, lost) in self.attempts(self.REF).items():
            seen = [moment for moment in (at, got.first.get(number)) if moment is not None]
            if seen:
                (held if lost else early).append((min(seen) - published) / 1e6)
        self.result.update(figures(early + held), tried=len(early + held))
        self.result["in_killed_hands"] = {"clients": len(held), **figures(held)}
        self.result["others"] = {"clients": len(early), **figures(early)}

    def standing(self):
        kinds = "('breach_unreached', 'breach_silent')"
        return self.database.rows(
            f"""SELECT substr(n.client_id, 8), n.told_at IS NOT NULL, n.acknowledged_at IS NOT NULL,
                       EXISTS (SELECT FROM habeas.effect e WHERE e.subject_id = n.case_id AND e.kind = 'breach.reminder' AND e.state = 'done'),
                       coalesce((SELECT string_agg(r.kind, ' ') FROM habeas.review r
                                  WHERE r.case_id = n.case_id AND r.kind IN {kinds} AND r.settled_at IS NULL), '')
                  FROM {self.notices(self.REF)}"""
        )

    def judge(self):
        result, clients = self.result, self.options.clients
        faults = self.ended(result["exits"], result["evidence"])
        for key, what in (("tried_s", "not every client was tried"), ("told_s", "not every client was told or given to a person"), ("acknowledged_s", "not every acknowledgement was taken in")):
            if result[key] is None:
                faults.append(what)
        if result["cases"] != clients or result["tried"] != clients:
            faults.append(f"{result['cases']} clients have a case, {result['tried']} were tried")
        if (result["others"]["last_s"] or 0) > LATEST:
            faults.append(f"a client was first tried after {result['others']['last_s']} s")
        if (result["in_killed_hands"]["last_s"] or 0) > LATEST + LEASE:
            faults.append(f"a client whose notice a killed copy had was first tried after {result['in_killed_hands']['last_s']} s")
        for key, what in (
            ("missed_count", "clients got nothing and no person was called"), ("different_count", "clients were told different things under one number"),
            ("strange_count", "things arrived that should not have"), ("unaffected_told", "clients were told although not affected"),
            ("dead_not_with_a_person", "clients that cannot be told are with no person"), ("unexpected", "times a worker ended by itself"),
        ):  # fmt: skip
            if result[key]:
                faults.append(f"{result[key]} {what}")
        if result["believed_told"]:
            faults.append("clients count as told whose receivers have taken nothing")
        if result["states"]["silent"]:
            faults.append(f"{result['states']['silent']} clients are neither acknowledged nor reminded nor with a person")
        if result["kills"] != self.options.kills:
            faults.append(f"killed {result['kills']} times")
        result["faults_found"] = faults

    def lines(self):
        result = self.result
        span = lambda part: f"p50 {part['p50_s']} s, p99 {part['p99_s']} s, the last {part['last_s']} s"
        held = result["in_killed_hands"]
        return [
            ("incident", f"{result['clients']} clients in {result['events']} events, confirmed within {result['published_s']} s"),
            ("first attempt", f"{span(result)} after the confirm of the first event"),
            ("", f"{held['clients']} had their notice in a killed copy's hands: {span(held)}" if held["clients"] else "no notice was in a killed copy's hands"),
            ("", f"the {result['others']['clients']} others: {span(result['others'])} (wanted: {LATEST} s at most)"),
            ("killed", f"{result['kills']} times; memory of the copies at most {' and '.join(map(str, result['memory_mb']))} MB"),
            ("received", f"{result['calls']} calls and {result['mails']} mails, {result['deferred']} mails put off; {result['missed_count']} clients missed, {result['unaffected_told']} told that are not affected"),
            ("the same again", f"{result['told_again']} clients; different under one number: {result['different_count']}"),
            ("silent ones", f"{result['acknowledgements']} clients acknowledged; {TIMES} times {PASSING} passed for the others: {result['reminded']} were reminded"),
            ("in the end", ", ".join(f"{count} {state}" for state, count in result["states"].items())),
            ("unreached", f"{result['unreached']} clients are with a person, among them {result['dead'] - result['dead_not_with_a_person']} of the {result['dead']} that cannot be told"),
        ]  # fmt: skip


class Backlog(Run):
    """Incidents on an idle fleet, and while erasures and events wait."""

    # Systems that the waiting effects are for, and how many calls a second each takes: they are let go slowly.
    SYSTEMS, PER_SECOND = 12, 20
    CASES = 2_000

    def go(self):
        options, result = self.options, self.result
        steady = self.started(self.copies("breach") + self.copies("clock"))
        intake = self.started(self.copies("intake"))
        self.generate(self.CASES)
        self.must("cases", lambda: self.taken() == self.CASES, 300)
        self.outbox_empty()
        result["idle"] = [self.measure(f"idle-{place}") for place in range(1, ROUNDS + 1)]
        exits = intake.stop()
        say(f"{options.backlog} effects and {options.backlog} events are put there")
        self.effects(options.backlog)
        self.generate(options.backlog)
        intake = self.started(self.copies("intake"))
        self.must("intake at work", lambda: self.taken() > self.CASES, 120)
        result["waiting"] = [self.measure(f"waiting-{place}") for place in range(1, ROUNDS + 1)]
        result["events_left"] = self.CASES + options.backlog - self.taken()
        result["effects_left"] = self.number(f"SELECT count(*) FROM habeas.effect WHERE queue = 'habeas.erasure' AND state NOT IN {FINAL}")
        result["exits"] = {name: status or exits.get(name, 0) for name, status in {**intake.stop(), **steady.stop()}.items()}
        result["evidence"] = self.evidence(3_600)
        self.judge()

    def generate(self, count):
        command = [self.fleet["habeas"], "bench", "generate", "--count", str(count), "--clients", "50", "--without-contact"]
        environment = {**os.environ, "HABEAS_AMQP_URL": self.fleet["publisher_urls"]["bench"]}
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=1_800)

    def taken(self):
        return self.number("SELECT count(*) FROM habeas.case_file WHERE request_ref IS NOT NULL")

    def effects(self, count):
        """Erasures at systems that take some calls a second: of real cases, planned for now, in many clients' lines."""
        each = math.ceil(count / self.CASES)
        self.database.rows(
            f"INSERT INTO habeas.target (id, in_flight, per_second) SELECT 'system:backlog-' || n, 16, {self.PER_SECOND} FROM generate_series(1, {self.SYSTEMS}) AS n"
        )
        self.database.rows(
            f"""INSERT INTO habeas.effect (id, queue, kind, target_id, subject_id, case_id, client_id, line, attempts_allowed, planned_at, next_attempt_at)
                SELECT gen_random_uuid(), 'habeas.erasure', 'target.act', 'system:backlog-' || (1 + n % {self.SYSTEMS}), c.id, c.id, c.client_id, c.client_id,
                       10, habeas.domain_now(), now()
                  FROM habeas.case_file c CROSS JOIN generate_series(1, {each}) AS n WHERE c.request_ref IS NOT NULL LIMIT {count}""",
            timeout=1_800,
        )
        # What the database finds out by itself a minute after rows have come in the usual way.
        self.database.rows("ANALYZE habeas.effect, habeas.target", timeout=600)

    def measure(self, ref):
        """Seconds from the confirm to the first attempts, and how long until everybody was told."""
        published = self.publish(incident(ref, self.options.clients))[0]
        self.must("every client tried", lambda: self.untried(ref) == 0, 600)
        told = f"SELECT count(*) FROM {self.notices(ref)} WHERE n.told_at IS NOT NULL"
        self.must("every client told", lambda: self.number(told) == self.options.clients, 600)
        return figures([at / 1e6 - published for at, _ in self.attempts(ref).values() if at is not None])

    def judge(self):
        result, backlog = self.result, self.options.backlog
        last = {name: median(part["last_s"] for part in result[name]) for name in ("idle", "waiting")}
        result.update(idle_last_s=last["idle"], waiting_last_s=last["waiting"], ratio=round(last["waiting"] / last["idle"], 2))
        faults = self.ended(result["exits"], result["evidence"])
        if result["ratio"] > RATIO:
            faults.append(f"an incident takes {result['ratio']} × as long while other work waits")
        if result["events_left"] <= 0 or result["effects_left"] < backlog:
            faults.append(f"of the work that should have waited {result['events_left']} events and {result['effects_left']} effects were left: give it more")
        result["faults_found"] = faults

    def lines(self):
        result = self.result
        part = lambda name: "; ".join(f"p50 {row['p50_s']} s, p99 {row['p99_s']} s, the last {row['last_s']} s" for row in result[name])
        return [
            ("incident", f"{result['clients']} clients in one event, {ROUNDS} times each; first attempt after the confirm"),
            ("idle fleet", part("idle")),
            ("work waiting", part("waiting")),
            ("", f"intake at work on {self.options.backlog} events, of which {result['events_left']} were left, and {result['effects_left']} erasures waiting at systems that take {self.PER_SECOND} a second"),
            ("ratio", f"{result['ratio']}: the last client after {result['waiting_last_s']} s in place of {result['idle_last_s']} s, medians (wanted: {RATIO} at most)"),
            ("", f"intake's own work on the backlog shares the {self.conditions['cores']} cores with everything else, the servers and receivers among it"),
        ]  # fmt: skip


def main():
    parser = argparse.ArgumentParser()
    for name in ("--fleet", "--logs"):
        parser.add_argument(name, required=True)
    for name in ("--clients", "--unaffected", "--kills", "--seed", "--backlog"):
        parser.add_argument(name, type=int, required=True)
    parser.add_argument("--part", choices=("spread", "backlog"), required=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    run = (Spread if options.part == "spread" else Backlog)(options, load(options.fleet))
    try:
        run.go()
    except BaseException:
        say("load-breach: ended early")
        raise
    faults = run.result["faults_found"]
    if options.json:
        print(json.dumps({"ok": not faults, "part": options.part, "seed": options.seed, "unaffected": options.unaffected, "backlog": options.backlog, **run.result, "conditions": run.conditions}))
    else:
        for name, text in run.lines():
            print(f"{name:<16}{text}")
        print(f"{'evidence':<16}{run.result['evidence']}")
        print(f"{'conditions':<16}two copies of habeas-breach, one of intake, one of clock; {options.unaffected} more clients; seed {options.seed}; {in_words(run.conditions)}")
        print(f"{'holds':<16}{'; '.join(faults) or 'everything'}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
