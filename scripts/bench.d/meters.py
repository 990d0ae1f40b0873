"""What processes cost, read from /proc."""

import os
from dataclasses import dataclass

TICK = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str] | None:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def children(root: int) -> list[int]:
    """`root` and everything below it."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and (stat := _stat(int(name))):
            parents.setdefault(int(stat[1]), []).append(int(name))
    found, rest = [], [root]
    while rest:
        pid = rest.pop()
        found.append(pid)
        rest += parents.get(pid, [])
    return found


def cpu_seconds(root: int) -> float:
    """Of the process, its living descendants, and those of its children that have ended."""
    total = 0
    for pid in children(root):
        if stat := _stat(pid):
            total += int(stat[11]) + int(stat[12])
            if pid == root:
                total += int(stat[13]) + int(stat[14])
    return total / TICK


def _kilobytes(path: str, field: str) -> int:
    try:
        with open(path) as file:
            for line in file:
                if line.startswith(field):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def proportional_mb(root: int) -> float:
    """Resident memory, pages shared among processes counted once."""
    return sum(_kilobytes(f"/proc/{pid}/smaps_rollup", "Pss:") for pid in children(root)) / 1024


def peak_resident_mb(pid: int) -> float:
    """The most resident memory the process ever had."""
    return _kilobytes(f"/proc/{pid}/status", "VmHWM:") / 1024


@dataclass(frozen=True)
class Meter:
    """Processor seconds so far, by who spent them."""

    worker: float
    broker: float
    database: float

    def __sub__(self, other: "Meter") -> "Meter":
        return Meter(self.worker - other.worker, self.broker - other.broker, self.database - other.database)

    def per_thousand(self, events: int) -> dict:
        parts = {"worker": self.worker, "broker": self.broker, "database": self.database}
        parts["total"] = sum(parts.values())
        return {name: round(1000 * value / events, 3) for name, value in parts.items()}
