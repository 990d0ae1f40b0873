"""The rows of a case, one statement a table; `%s` for psycopg, numbered for asyncpg."""

COLUMNS = {
    "inbox": ("dedupe_key bytea", "content_digest bytea", "publisher_id text", "event_id text", "event_type text", "subject_id uuid", "received_at timestamptz"),
    "case_file": (
        "id uuid", "client_id text", "kind text", "lane text", "role text", "right_asked text", "regulation text", "profile text",
        "state text", "state_since timestamptz", "queue text", "publisher_id text", "request_ref text", "subject_index int4",
        "group_id uuid", "reference text", "anchor_at timestamptz", "received_at timestamptz", "outcome_seq int4",
        "evidence_seq int4", "evidence_head bytea",
    ),
    "case_secret": ("case_id uuid", "client_id text", "kek_id text", "wrapped_key bytea", "payload bytea"),
    "case_identity": ("lookup bytea", "case_id uuid", "client_id text", "kind text", "key_id text", "normalisation int2"),
    "deadline": (
        "subject_id uuid", "case_id uuid", "client_id text", "clock text", "rule text", "source text", "anchor_at timestamptz",
        "due_at timestamptz", "provisional bool", "unverified bool",
    ),
    "evidence": (
        "chain_id uuid", "seq int4", "chain_kind text", "client_id text", "at timestamptz", "fact text", "actor text", "body text",
        "prev bytea", "hash bytea",
    ),
    "outbox": (
        "id uuid", "created_at timestamptz", "exchange text", "routing_key text", "kind text", "message_type text", "subject_id uuid",
        "body bytea",
    ),
    "outbox_pending": ("id uuid", "created_at timestamptz", "next_attempt_at timestamptz"),
}


def names(table: str) -> str:
    return ", ".join(column.split()[0] for column in COLUMNS[table])


def insert_values(table: str, mark, rows: int = 1) -> str:
    """INSERT … VALUES with `rows` tuples; `mark(i)` writes the i-th placeholder, counted from 1."""
    width = len(COLUMNS[table])
    tuples = (", ".join(mark(row * width + i + 1) for i in range(width)) for row in range(rows))
    return f"INSERT INTO habeas.{table} ({names(table)}) VALUES " + ", ".join(f"({one})" for one in tuples)


def insert_arrays(table: str) -> str:
    """INSERT … SELECT FROM unnest, one array parameter a column."""
    arrays = ", ".join(f"${i}::{column.split()[1]}[]" for i, column in enumerate(COLUMNS[table], 1))
    return f"INSERT INTO habeas.{table} ({names(table)}) SELECT * FROM unnest({arrays})"
