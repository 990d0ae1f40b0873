"""What is published, made from the run's seed and a number alone, so that the check afterwards can make it again."""

import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

PUBLISHERS = {"crm-kustomer": "kustomer", "crm-customer360": "customer360", "desk-kayako": "kayako"}
CLIENTS = ["acme", "globex", "initech", "umbrella"]

SUBMIT, FOLLOW, DUPLICATE, CONFLICT, REFUSED = "submit", "follow", "duplicate", "conflict", "refused"


@dataclass
class Event:
    number: int
    kind: str
    publisher: str
    id: str
    type: str
    body: bytes
    # What it becomes: (request_ref, subject_index) of every case it opens.
    cases: list = field(default_factory=list)

    @property
    def has_row_of_its_own(self):
        """A duplicate leaves nothing behind; everything else has exactly one row."""
        return self.kind != DUPLICATE


class Catalogue:
    """Events 0 ..< count. The mix: 68 % new requests, 18 % later events, 6 % duplicates, 2 % conflicts, 6 % refused."""

    def __init__(self, seed, count, base):
        self.seed, self.count, self.base = seed, count, base
        self.names = sorted(PUBLISHERS)

    def publisher(self, number):
        return self.names[number % len(self.names)]

    def kind(self, number):
        draw = random.Random(f"{self.seed}/{number}/kind").random()
        if number < 30 * len(self.names) or draw < 0.68:
            return SUBMIT
        if draw < 0.86:
            return FOLLOW
        if draw < 0.92:
            return DUPLICATE
        return CONFLICT if draw < 0.94 else REFUSED

    def __getitem__(self, number):
        kind = self.kind(number)
        if kind in (DUPLICATE, CONFLICT):
            first = self.submit(self.earlier_submit(number))
            if kind == DUPLICATE:
                return Event(number, kind, first.publisher, first.id, first.type, first.body)
            event = json.loads(first.body)
            # The same id with other content; everything else about it is fine.
            event["data"]["reference"] = f"conflict-{number}"
            return Event(number, kind, first.publisher, first.id, first.type, encode(event))
        if kind == FOLLOW:
            return self.follow(number)
        if kind == REFUSED:
            return self.refused(number)
        return self.submit(number)

    def earlier_submit(self, number):
        """A request that the same publisher sent before this number, usually not long before."""
        rng = random.Random(f"{self.seed}/{number}/earlier")
        step = len(self.names)
        while True:
            back = rng.randrange(1, 30) if rng.random() < 0.7 else rng.randrange(1, max(2, number // step))
            candidate = number - back * step
            if candidate >= 0 and self.kind(candidate) == SUBMIT:
                return candidate

    def envelope(self, number, name, data, version="v1"):
        publisher = self.publisher(number)
        return {
            "specversion": "1.0",
            "id": f"e{number:07d}",
            "source": f"/chaos/{publisher}",
            "type": f"io.habeas.{name}.{version}",
            "time": stamp(self.base + timedelta(milliseconds=number)),
            "datacontenttype": "application/json",
            "data": data,
        }

    def submit(self, number):
        rng = random.Random(f"{self.seed}/{number}/submit")
        publisher = self.publisher(number)
        ref = f"r{number:07d}"
        subjects = 1 if rng.random() < 0.93 else rng.randrange(2, 5)
        data = {
            "request_ref": ref,
            "channel": rng.choice(["form", "email", "chat", "phone", "api"]),
            "submitted_time": stamp(self.base - timedelta(seconds=rng.randrange(60, 72000))),
            "submitted_by": "subject",
            "relationship": rng.choice(["end_user", "end_user", "end_user", "client_user", "visitor", "unknown"]),
            "right": rng.choice(["access", "erasure", "rectification", "portability", "restriction", "objection"]),
            "regulation": rng.choice(["gdpr", "gdpr", "uk_gdpr", "ccpa", "fadp"]),
            "country": rng.choice(["DE", "FR", "US-CA", "GB", "CH"]),
            "subjects": [
                {
                    "identities": [{"type": "email", "value": f"person{number}.{i}@example.org"}],
                    "contact": {"email": f"person{number}.{i}@example.org", "name": "Kim Example", "locale": "de"},
                }
                for i in range(subjects)
            ],
            "message": "Please tell me what you hold about me. " * rng.randrange(1, 12),
            "reference": f"ticket-{number}",
        }
        client = rng.random()
        if client < 0.9:
            data["client"] = rng.choice(CLIENTS)
        elif client < 0.95:
            data["client_named"] = "the shop with the blue logo"
        if rng.random() < 0.15 and "client" in data:
            data["submitted_by"] = "client"
            data["relationship"] = "end_user"
            data["instructed_by"] = {"user": "agent-7", "role": "administrator", "channel": "admin_console"}
            data["instructed_at"] = data["submitted_time"]
        event = self.envelope(number, "request.submitted", data)
        cases = [(ref, i) for i in range(subjects)]
        return Event(number, SUBMIT, publisher, event["id"], event["type"], encode(event), cases)

    def follow(self, number):
        """Only what is lawful whenever it arrives, before or after its request: the order is what the faults disturb."""
        rng = random.Random(f"{self.seed}/{number}/follow")
        ref = f"r{self.earlier_submit(number):07d}"
        if rng.random() < 0.5:
            name, data = "request.clarified", {"request_ref": ref, "text": "Only the last two years."}
        else:
            at = stamp(self.base - timedelta(seconds=30))
            name = "identity.verified"
            data = {"request_ref": ref, "level": "email_confirmed", "method": "link", "verified_at": at, "by": "login"}
        event = self.envelope(number, name, data)
        return Event(number, FOLLOW, self.publisher(number), event["id"], event["type"], encode(event))

    def refused(self, number):
        """An unknown version, numbered: the parked row keeps the type, which tells the events apart."""
        data = {"request_ref": f"r{number:07d}"}
        event = self.envelope(number, "request.submitted", data, version=f"v{9_000_000 + number}")
        return Event(number, REFUSED, self.publisher(number), event["id"], event["type"], encode(event))


def encode(event):
    return json.dumps(event, separators=(",", ":")).encode()


def stamp(moment):
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
