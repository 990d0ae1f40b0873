"""What both Python peers of scripts/bench-effects do for one effect: sign the body and write down what came of it."""

import base64
import hashlib
import hmac
import time

# A second attempt and later ones are spaced like this; in the measurement every call succeeds at once.
PAUSE_SECONDS = 5

READ = "SELECT url, body, attempts FROM bench.effect WHERE id = {0} AND state <> 'done'"
ATTEMPT = "INSERT INTO bench.attempt (effect_id, started_at, ended_at, status) VALUES ({0}, to_timestamp({1}::float8), to_timestamp({2}::float8), {3}::int)"
DONE = """
    UPDATE bench.effect SET attempts = attempts + 1, state = CASE WHEN {1}::int BETWEEN 200 AND 299 THEN 'done' ELSE 'retrying' END,
      next_attempt_at = CASE WHEN {1}::int BETWEEN 200 AND 299 THEN NULL ELSE now() + attempts * interval '5 seconds' END
     WHERE id = {0}"""


def signed(secret: bytes, effect: str, body: bytes) -> dict:
    """The headers of Standard Webhooks 1.0."""
    timestamp = str(int(time.time()))
    digest = hmac.new(secret, b".".join((effect.encode(), timestamp.encode(), body)), hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": effect,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def secret_of(path: str) -> bytes:
    with open(path) as file:
        return base64.b64decode(file.read().strip().removeprefix("whsec_"))
