"""The database as the driver sees it: emptying, what was written, how long it took."""

import psycopg

# Rows that one generated event becomes, whoever writes them.
ROWS = {"inbox": 1, "case_file": 1, "case_secret": 1, "case_identity": 2, "deadline": 3, "evidence": 1, "evidence_unsealed": 1}


class Database:
    def __init__(self, url: str):
        self.connection = psycopg.connect(url, autocommit=True, application_name="bench driver")

    def value(self, query: str, *values):
        return self.connection.execute(query, values).fetchone()[0]

    def warm(self) -> None:
        """Gives the new server the log files that one in use has to write into again: making them would be measured."""
        self.connection.execute("ALTER SYSTEM SET min_wal_size = '1GB'")
        self.connection.execute("SELECT pg_reload_conf()")
        for _ in range(60):
            self.connection.execute("SELECT pg_logical_emit_message(false, 'warm', repeat('.', 16000000))")
        self.connection.execute("CHECKPOINT")

    def empty(self) -> None:
        tables = ", ".join(f"habeas.{name}" for name in (*ROWS, "outbox", "outbox_pending", "outbox_settlement", "hold", "hold_identity", "case_pause", "early_event", "event_secret", "parked_message", "message_attempt"))
        with self.connection.transaction():
            # Evidence refuses to be emptied, as it should; this is a database to be thrown away.
            self.connection.execute("ALTER TABLE habeas.evidence DISABLE TRIGGER evidence_is_final")
            self.connection.execute("ALTER TABLE habeas.case_file DISABLE TRIGGER case_file_is_kept")
            self.connection.execute(f"TRUNCATE {tables}")
            self.connection.execute("ALTER TABLE habeas.evidence ENABLE TRIGGER evidence_is_final")
        self.connection.execute("CHECKPOINT")

    def taken(self) -> int:
        return self.value("SELECT count(*) FROM habeas.inbox")

    def pending(self) -> int:
        return self.value("SELECT count(*) FROM habeas.outbox_pending")

    def window(self) -> tuple[float, float]:
        """When the first transaction began and the last message was marked as confirmed, in seconds since 1970."""
        first = self.value("SELECT extract(epoch FROM min(received_at))::float8 FROM habeas.inbox")
        return first, self.value("SELECT extract(epoch FROM max(at))::float8 FROM habeas.outbox_settlement")

    def faults(self, events: int) -> list[str]:
        """How the tables differ from what `events` events must have left behind."""
        found = {table: self.value(f"SELECT count(*) FROM habeas.{table}") for table in ROWS}
        faults = [f"{table} has {found[table]} rows, not {events * each}" for table, each in ROWS.items() if found[table] != events * each]
        sent = self.value("SELECT count(*) FROM habeas.outbox_state WHERE kind = 'outcome' AND state = 'sent'")
        if sent != events:
            faults.append(f"{sent} outcomes were sent, not {events}")
        if not self.value("SELECT count(*) FROM habeas.outbox_state WHERE kind = 'wake_up' AND state = 'sent'") or self.pending():
            faults.append("not every wake-up was sent")
        if parked := self.value("SELECT count(*) FROM habeas.parked_message"):
            faults.append(f"{parked} events were refused")
        return faults

    def latency_ms(self, quantiles: list[float]) -> list[float]:
        """From the time an event was due to be published, which its id begins with, until its outcome was confirmed. The
        first second is left out."""
        return self.value(
            """
            WITH event AS (
              SELECT split_part(i.event_id, '-', 1)::float8 / 1e6 AS due, extract(epoch FROM o.settled_at)::float8 AS settled
                FROM habeas.inbox i JOIN habeas.outbox_state o ON o.subject_id = i.subject_id AND o.kind = 'outcome'
            )
            SELECT percentile_cont(%s::float8[]) WITHIN GROUP (ORDER BY (settled - due) * 1000)
              FROM event WHERE due > (SELECT min(due) + 1 FROM event)
            """,
            quantiles,
        )
