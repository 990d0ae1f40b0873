"""The job itself, without broker and database: from a validated event to the rows of its case.

Both Python peers share it. Everything costly is done by compiled code (pydantic-core, OpenSSL, orjson), as a careful user
would choose it.
"""

import hashlib
import hmac
import os
import struct
import time
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .clocks import deadlines
from .event import Event

ZERO = bytes(32)
# How long the writer has for publishing by itself before a relay would take the row.
GRACE = timedelta(seconds=30)


def uuid7() -> UUID:
    """Version 7, so that new rows stand together in the indexes."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    number = (milliseconds << 80) | (0x7 << 76) | ((random >> 68) << 64 & (0xFFF << 64)) | (0b10 << 62) | (random & ((1 << 62) - 1))
    return UUID(int=number)


@dataclass(frozen=True, slots=True)
class Registry:
    """Clients and the publisher, read once: they change by hand."""

    publisher: str
    profile: str
    clients: dict  # id -> time zone


class Keys:
    def __init__(self, text: str):
        found = {}
        for line in text.splitlines():
            words = line.split("#")[0].split()
            if len(words) == 3:
                found.setdefault(words[0], (words[1], b64decode(words[2])))
        self.kek_id, kek = found["kek"]
        self.lookup_id, self.lookup = found["lookup"]
        self.kek = AESGCM(kek)

    def digest(self, purpose: int, *parts: bytes) -> bytes:
        message = bytes([purpose]) + b"".join(struct.pack(">Q", len(part)) + part for part in parts)
        return hmac.digest(self.lookup, message, "sha256")


def seal(cipher: AESGCM, plain: bytes, owner: UUID, column: int) -> bytes:
    nonce = os.urandom(12)
    return b"\x01" + nonce + cipher.encrypt(nonce, plain, owner.bytes + bytes([column]))


@dataclass(slots=True)
class Outgoing:
    id: UUID
    kind: str
    exchange: str
    routing_key: str
    message_type: str
    body: bytes
    subject_id: UUID | None
    created_at: datetime

    def row(self) -> tuple:
        return (self.id, self.created_at, self.exchange, self.routing_key, self.kind, self.message_type, self.subject_id, self.body)

    def pending(self) -> tuple:
        return (self.id, self.created_at, self.created_at + GRACE)


@dataclass(slots=True)
class Case:
    """The rows of one accepted event, as tuples in the order of the statements' columns."""

    id: UUID
    dedupe_key: bytes
    inbox: tuple
    case_file: tuple
    secret: tuple
    identities: list
    deadlines: list
    evidence: tuple
    outcome: Outgoing
    received: datetime

    @property
    def outbox(self) -> list:
        """What a transaction of this one case sends."""
        return [wake_up([self.id], self.received), self.outcome]


def wake_up(cases: list, now: datetime) -> Outgoing:
    body = orjson.dumps({"v": 1, "ids": [str(case) for case in cases]})
    return Outgoing(uuid7(), "wake_up", "habeas.work", "habeas.referral", "habeas.wake_up.v1", body, cases[0] if len(cases) == 1 else None, now)


def open_case(event: Event, content: bytes, registry: Registry, keys: Keys) -> Case:
    """`content` is the event's canonical bytes: the same id with other content is a conflict."""
    request = event.data
    zone = registry.clients[request.client]  # an unknown client is refused by its KeyError
    now = datetime.now(timezone.utc)
    case_id = uuid7()
    publisher = registry.publisher

    dedupe = keys.digest(2, publisher.encode(), event.source.encode(), event.id.encode())
    inbox = (dedupe, keys.digest(3, content), publisher, event.id, event.type, case_id, now)

    secret = os.urandom(32)
    payload = orjson.dumps(request.model_dump(mode="json", exclude_none=True))
    sealed = seal(AESGCM(secret), payload, case_id, 2)
    wrapped = seal(keys.kek, secret, case_id, 1)

    identities, seen = [], set()
    for identity in request.subjects[0].identities:
        lookup = keys.digest(1, request.client.encode(), identity.type.encode(), identity.value.encode())
        if lookup not in seen:
            seen.add(lookup)
            identities.append((lookup, case_id, request.client, identity.type, keys.lookup_id, 1))

    clocks = deadlines(request, now, zone)
    dates = [(case_id, case_id, request.client, *clock, False) for clock in clocks]

    fact, actor = "case.opened", f"publisher:{publisher}"
    body = orjson.dumps({"event": event.id, "type": event.type, "lane": "referral", "role": "processor", "state": "received"}).decode()
    micros = int(now.timestamp() * 1_000_000)
    hashed = [b"habeas evidence 1\n", case_id.bytes, struct.pack(">qq", 1, micros)]
    for text in ("case", fact, actor, body):
        encoded = text.encode()
        hashed += (struct.pack(">I", len(encoded)), encoded)
    head = hashlib.sha256(b"".join(hashed) + ZERO).digest()
    evidence = (case_id, 1, "case", request.client, now, fact, actor, body, ZERO, head)

    case_file = (
        case_id, request.client, "request", "referral", "processor", request.right, request.regulation, registry.profile,
        "received", now, "referral", publisher, request.request_ref, 0, None, request.reference, request.submitted_time, now,
        1, 1, head,
    )

    outcome = {
        "specversion": "1.0", "id": str(uuid7()), "source": "habeas", "type": "io.habeas.request.accepted.v1",
        "time": now, "datacontenttype": "application/json",
        "data": {
            "request": str(case_id), "sequence": 1, "request_ref": request.request_ref, "reference": request.reference,
            "role": "processor", "state": "received", "warnings": [],
            "deadlines": [{"clock": c[0], "due": c[4], "source": c[2], "provisional": c[5]} for c in clocks],
        },
    }
    kind = "io.habeas.request.accepted.v1"
    answer = Outgoing(uuid7(), "outcome", "habeas.outcomes", f"publisher.{publisher}.{kind}", kind, orjson.dumps(outcome), case_id, now)
    sealing = (case_id, request.client, keys.kek_id, wrapped, sealed)
    return Case(case_id, dedupe, inbox, case_file, sealing, identities, dates, evidence, answer, now)
