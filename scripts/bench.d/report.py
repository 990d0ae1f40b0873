"""Medians, ratios, the table and the last line."""

from statistics import median


def medians(runs: list[dict]) -> dict:
    """The median of every figure of one contestant's runs."""
    result = {}
    for name in runs[0]:
        values = [run[name] for run in runs if name in run]
        result[name] = medians(values) if isinstance(values[0], dict) else median(values)
    return result


def rounded(value: float, digits: int = 2) -> float:
    return round(value, digits)


def summary(figures: dict) -> dict:
    """`figures` are the medians by contestant."""
    rate = {name: figure["per_second"] for name, figure in figures.items()}
    ours = rate["ours"]
    celery = max(rate["celery_2"], rate["celery_4"])
    database = max(rate["database_1"], rate["database_2"])
    return {
        "ratio_celery": rounded(ours / celery),
        "ratio_asyncio": rounded(ours / rate["asyncio_single"]),
        "ratio_asyncio_batch": rounded(ours / rate["asyncio_batch"]),
        "ratio_ceiling": rounded(ours / min(rate["broker"], database)),
        "lower_ceiling": "broker" if rate["broker"] < database else "database",
        "ready_seconds": figures["ours"]["ready_seconds"],
        "peak_rss_mb": figures["ours"]["peak_rss_mb"],
        "events_waiting": figures["ours"]["events"],
    }


def table(labels: dict, figures: dict, spread: dict) -> list[str]:
    ours = figures["ours"]["per_second"]
    head = ("", "events/s", "min–max", "ours ×", "CPU s per 1,000 (worker+broker+database)", "peak MB", "p50 ms", "p99 ms", "at rate/s")
    rows = [head]
    for name, label in labels.items():
        figure = figures[name]
        cpu, latency = figure.get("cpu_per_1000"), figure.get("latency", {})
        rows.append((
            label,
            f"{figure['per_second']:,.0f}",
            "{:,.0f}–{:,.0f}".format(*spread[name]),
            f"{ours / figure['per_second']:.2f}",
            f"{cpu['total']:.2f} ({cpu['worker']:.2f}+{cpu['broker']:.2f}+{cpu['database']:.2f})" if cpu else "",
            f"{figure['peak_mb']:.0f}" if "peak_mb" in figure else "",
            *(f"{latency[key]:,.1f}" if latency else "" for key in ("p50_ms", "p99_ms")),
            f"{latency['rate']:,.0f}" if latency else "",
        ))
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return [
        "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
        for row in rows
    ]
