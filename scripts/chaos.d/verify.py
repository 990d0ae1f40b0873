"""The account afterwards: what was promised to publishers against what the database holds. Each check is (name, counts,
list of faults)."""

import collections
import json
import os
import subprocess

from events import REFUSED, SUBMIT
from publisher import Journal

CONFLICT_FAULT = "same_id_other_content"


class Account:
    def __init__(self, catalogue, journals, database, fleet):
        self.catalogue, self.database, self.fleet = catalogue, database, fleet
        self.attempted, self.confirmed = set(), set()
        for path in journals:
            marks = Journal.read(path)
            self.attempted |= marks["A"]
            self.confirmed |= marks["C"]
        self.checks = []

    def check(self, name, counts, faults):
        self.checks.append({"check": name, "counts": counts, "faults": len(faults), "examples": list(faults)[:5]})

    def run(self):
        self.messages()
        self.cases()
        self.outbox()
        self.wake_ups()
        self.groups()
        self.chains()
        self.evidence_verify()
        return self.checks

    def messages(self):
        """Every confirmed publish has exactly one row; no row lacks a publish."""
        contents = collections.defaultdict(lambda: [set(), set()])  # (publisher, id) -> attempted, confirmed contents
        refused = {}
        for number in self.attempted:
            event = self.catalogue[number]
            if event.kind == REFUSED:
                refused[event.type] = (event.id, number in self.confirmed)
                continue
            sets = contents[event.publisher, event.id]
            sets[0].add(event.body)
            if number in self.confirmed:
                sets[1].add(event.body)
        taken = collections.Counter()
        for publisher, event_id in self.database.rows("SELECT publisher_id, event_id FROM habeas.inbox"):
            taken[publisher, event_id] += 1
        waiting = int(self.database.value("SELECT count(*) FROM habeas.early_event"))
        parked, other = collections.Counter(), collections.Counter()
        for kind, fault, origin in self.database.rows("SELECT event_type, fault, origin FROM habeas.parked_message"):
            if kind in refused:
                parked[kind] += 1
            else:
                other[origin, fault] += 1

        # An early event that stayed behind although its case is there was forgotten.
        forgotten = self.database.rows(
            """SELECT e.publisher_id, e.request_ref, e.event_type FROM habeas.early_event e
                 JOIN habeas.case_file c ON c.publisher_id = e.publisher_id AND c.request_ref = e.request_ref"""
        )
        missing = [key for key, (_, confirmed) in contents.items() if confirmed and taken[key] == 0]
        twice = [key for key, count in taken.items() if count > 1]
        lost = [kind for kind, (_, confirmed) in refused.items() if confirmed and parked[kind] == 0]
        doubled = [kind for kind, count in parked.items() if count > 1]
        # An event that waits for its request has its inbox row, too.
        self.check(
            "every confirmed publish has exactly one inbox or parked row",
            {"confirmed": len(self.confirmed), "inbox": sum(taken.values()), "parked": sum(parked.values()) + sum(other.values()),
             "waiting": waiting},
            missing + twice + lost + doubled + [f"still waits: {row}" for row in forgotten],
        )  # fmt: skip
        strangers = [key for key in taken if key not in contents]
        least = sum(max(0, len(confirmed) - 1) for _, confirmed in contents.values())
        most = sum(max(0, len(attempted) - 1) for attempted, _ in contents.values())
        conflicts = sum(count for (origin, fault), count in other.items() if fault == CONFLICT_FAULT)
        unexplained = {key: count for key, count in other.items() if key[1] != CONFLICT_FAULT}
        faults = strangers + [f"{origin}: {fault} × {count}" for (origin, fault), count in unexplained.items()]
        if not least <= conflicts <= most:
            faults.append(f"{conflicts} conflicts, expected {least} to {most}")
        self.check(
            "no row lacks a publish",
            {"attempted": len(self.attempted), "ids": len(contents), "conflicts": conflicts},
            faults,
        )

    def cases(self):
        """Every case traces to exactly one event and subject; every accepted event has all its cases."""
        expected, certain = set(), set()
        for number in self.attempted:
            event = self.catalogue[number]
            if self.catalogue.kind(number) == REFUSED:
                continue
            cases = event.cases
            if event.kind not in (SUBMIT,):
                cases = self.catalogue.submit(int(event.id[1:])).cases if event.type.endswith("submitted.v1") else []
            keys = {(event.publisher, ref, index) for ref, index in cases}
            expected |= keys
            if number in self.confirmed:
                certain |= keys
        found = collections.Counter()
        for publisher, ref, index in self.database.rows(
            "SELECT publisher_id, request_ref, subject_index FROM habeas.case_file"
        ):
            found[publisher, ref, int(index)] += 1
        # The event's own row in the inbox, one for each group of cases.
        orphans = self.database.rows(
            """SELECT c.id FROM habeas.case_file c WHERE NOT EXISTS (
                 SELECT 1 FROM habeas.inbox i WHERE i.publisher_id = c.publisher_id
                   AND i.event_id = 'e' || substr(c.request_ref, 2))"""
        )
        bare = self.database.rows(
            """SELECT c.id FROM habeas.case_file c
               WHERE NOT EXISTS (SELECT 1 FROM habeas.case_secret s WHERE s.case_id = c.id)
                  OR NOT EXISTS (SELECT 1 FROM habeas.deadline d WHERE d.subject_id = c.id)
                  OR NOT EXISTS (SELECT 1 FROM habeas.evidence e WHERE e.chain_id = c.id AND e.seq = 1)"""
        )
        faults = [f"missing {key}" for key in certain - set(found)] + [f"unexpected {key}" for key in set(found) - expected]
        faults += [f"{count} × {key}" for key, count in found.items() if count != 1]
        faults += [f"no event: {row[0]}" for row in orphans] + [f"incomplete: {row[0]}" for row in bare]
        self.check(
            "every case traces to exactly one event and subject",
            {"cases": sum(found.values()), "expected": len(certain)},
            faults,
        )

    def outbox(self):
        counts = {
            f"{kind} {state}": int(count)
            for kind, state, count in self.database.rows(
                "SELECT kind, state, count(*) FROM habeas.outbox_state GROUP BY 1, 2 ORDER BY 1, 2"
            )
        }
        # `unheard`: an outcome that nobody subscribes to. Anything pending at the end is not explained.
        faults = [f"{name} × {count}" for name, count in counts.items() if name not in ("outcome unheard",) and not name.endswith(" sent")]
        self.check("every outbox row is sent or explained", counts, faults)

    def wake_ups(self):
        """What a case is there for: somebody was told of it."""
        silent = self.database.rows(
            """WITH told AS (
                 SELECT DISTINCT jsonb_array_elements_text(convert_from(body, 'UTF8')::jsonb -> 'ids')::uuid AS id
                   FROM habeas.outbox WHERE kind = 'wake_up')
               SELECT c.id FROM habeas.case_file c LEFT JOIN told t ON t.id = c.id
                WHERE t.id IS NULL AND NOT EXISTS (SELECT FROM habeas.case_gate g WHERE g.case_id = c.id)"""
        )
        waiting = int(self.database.value("SELECT count(*) FROM habeas.case_gate"))
        self.check("every case woke a worker", {"before a gate": waiting}, [row[0] for row in silent])

    def groups(self):
        """A request about several people is counted right, and summed up once when its last case has ended."""
        final = "'fulfilled', 'partly_fulfilled', 'refused', 'handed_over', 'withdrawn', 'lapsed'"
        wrong = self.database.rows(
            f"""WITH parts AS (
                  SELECT group_id, count(*) AS cases, count(*) FILTER (WHERE state IN ({final})) AS ended
                    FROM habeas.case_file WHERE group_id IS NOT NULL GROUP BY group_id),
                told AS (
                  SELECT subject_id, count(*) AS told FROM habeas.outbox
                   WHERE message_type = 'io.habeas.request.completed.v1' GROUP BY subject_id)
                SELECT g.id FROM habeas.case_group g
                  LEFT JOIN parts p ON p.group_id = g.id LEFT JOIN told t ON t.subject_id = g.id
                 WHERE p.cases IS DISTINCT FROM g.cases
                    OR p.ended <> g.fulfilled + g.partly_fulfilled + g.refused + g.handed_over + g.withdrawn + g.lapsed
                    OR coalesce(t.told, 0) <> CASE WHEN p.ended = g.cases THEN 1 ELSE 0 END"""
        )
        counts = {
            "groups": int(self.database.value("SELECT count(*) FROM habeas.case_group")),
            "ended": int(self.database.value("SELECT count(*) FROM habeas.case_group WHERE completed_at IS NOT NULL")),
        }
        self.check("every group is summed up once", counts, [row[0] for row in wrong])

    def chains(self):
        """Independent of the product's own check: numbers without gaps, each row holding the hash before it."""
        broken = self.database.rows(
            """SELECT chain_id FROM (
                 SELECT chain_id, seq, prev, lag(hash) OVER w AS before, row_number() OVER w AS place
                   FROM habeas.evidence WINDOW w AS (PARTITION BY chain_id ORDER BY seq)) e
               WHERE seq <> place OR prev <> coalesce(before, decode(repeat('00', 32), 'hex'))"""
        )
        heads = self.database.rows(
            """SELECT c.id FROM habeas.case_file c LEFT JOIN LATERAL (
                 SELECT seq, hash FROM habeas.evidence e WHERE e.chain_id = c.id ORDER BY seq DESC LIMIT 1) e ON true
               WHERE c.evidence_seq IS DISTINCT FROM e.seq OR c.evidence_head IS DISTINCT FROM e.hash"""
        )
        rows = self.database.value("SELECT count(*) FROM habeas.evidence")
        chains = self.database.value("SELECT count(DISTINCT chain_id) FROM habeas.evidence")
        self.check(
            "every chain is whole",
            {"chains": int(chains), "rows": int(rows)},
            [row[0] for row in broken] + [row[0] for row in heads],
        )

    def evidence_verify(self):
        done = subprocess.run(
            [self.fleet["habeas"], "evidence", "verify", "--all", "--json"],
            env={**os.environ, **self.fleet["operator_env"]},
            capture_output=True,
            text=True,
            timeout=900,
        )
        answer = {}
        for line in done.stdout.splitlines()[-1:]:
            try:
                answer = json.loads(line)
            except ValueError:
                answer = {"output": line[:300]}
        faults = [] if done.returncode == 0 else [done.stderr.strip()[-300:] or f"exit {done.returncode}"]
        self.check("habeas evidence verify --all", answer, faults)
