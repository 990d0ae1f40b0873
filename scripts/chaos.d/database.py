"""Questions to PostgreSQL through psql: no driver to install."""

import os
import subprocess
from urllib.parse import unquote, urlsplit


class Database:
    def __init__(self, url, psql="psql"):
        self.url, self.psql = url, psql

    def rows(self, sql, timeout=120):
        done = subprocess.run(
            [self.psql, "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", sql],
            env={**os.environ, **self.environment()},
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        if done.returncode != 0:
            raise DatabaseDown(done.stderr.strip())
        return [line.split("\t") for line in done.stdout.splitlines()]

    def value(self, sql, timeout=120):
        rows = self.rows(sql, timeout)
        return rows[0][0] if rows else None

    def environment(self):
        # In the environment and not among the arguments, where every process list would show the password.
        url = urlsplit(self.url)
        return {
            "PGHOST": url.hostname, "PGPORT": str(url.port), "PGUSER": url.username, "PGPASSWORD": unquote(url.password),
            "PGDATABASE": url.path.lstrip("/"), "PGCONNECT_TIMEOUT": "5", "PGAPPNAME": "chaos",
        }  # fmt: skip


class DatabaseDown(Exception):
    pass
