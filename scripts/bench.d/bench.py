"""Measures the contestants in turn and prints the table; called by scripts/bench with everything running."""

import argparse
import json
import os
import sys
import time

from broker import Broker
from conditions import conditions
from contestants import contestants
from database import Database
from report import medians, summary, table
from surroundings import in_words
from trial import Trial, TrialError

TARGET_SECONDS = 14
LATENCY_SECONDS = 11


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--bin", required=True)
    parser.add_argument("--logs", required=True)
    parser.add_argument("--broker-pid", type=int, required=True)
    parser.add_argument("--database-pid", type=int, required=True)
    return parser.parse_args()


def one_run(trial: Trial, runners, ceilings, sizes: dict, quick: bool) -> dict:
    """Every contestant once. They take turns, run by run, since what else the machine does changes with time."""
    figures = {}
    for runner in runners:
        result = trial.throughput(runner, sizes[runner.name])
        rate = result["per_second"]
        result["latency"] = trial.latency(runner, rate / 2, 4 if quick else LATENCY_SECONDS)
        figures[runner.name] = result
        latency = result["latency"]
        say(f"  {runner.label}: {rate:,.0f}/s; p50 {latency['p50_ms']:.1f} ms, p99 {latency['p99_ms']:.1f} ms at half of that")
        if not quick:
            sizes[runner.name] = max(runner.least, int(rate * TARGET_SECONDS))
    for ceiling in ceilings:
        result = trial.ceiling(ceiling, sizes[ceiling.name])
        figures[ceiling.name] = result
        say(f"  {ceiling.label}: {result['per_second']:,.0f}/s")
        if not quick:
            sizes[ceiling.name] = int(result["per_second"] * TARGET_SECONDS)
    return figures


def main() -> None:
    options = arguments()
    variables = os.environ
    habeas = f"{options.bin}/habeas"
    admin = {"HABEAS_AMQP_URL": variables["BENCH_ADMIN_AMQP"]}
    worker = {
        "HABEAS_AMQP_URL": variables["BENCH_WORKER_AMQP"],
        "HABEAS_DATABASE_URL": variables["BENCH_WORKER_DATABASE"],
        "HABEAS_KEYS_FILE": variables["BENCH_KEYS"],
        "HABEAS_PROBES_PORT": variables["BENCH_PROBES_PORT"],
        "HABEAS_LOG_LEVEL": "warning",
    }
    broker = Broker(variables["BENCH_ADMIN_AMQP"], variables["BENCH_MANAGEMENT"])
    broker.prepare()
    database = Database(variables["BENCH_ADMIN_DATABASE"])
    database.warm()
    runners, ceilings = contestants(
        habeas, f"{options.bin}/habeas-intake", worker, variables["BENCH_ADMIN_AMQP"], variables["BENCH_ADMIN_DATABASE"], variables["BENCH_KEYS"]
    )
    if options.only:
        wanted = options.only.split(",")
        runners = [runner for runner in runners if runner.name in wanted]
        ceilings = [ceiling for ceiling in ceilings if ceiling.name in wanted]
    trial = Trial(
        habeas, {"HABEAS_AMQP_URL": variables["BENCH_PUBLISHER_AMQP"]}, admin, broker, database, options.broker_pid, options.database_pid, options.logs
    )
    found = conditions(broker, database, options.logs)
    sizes = {one.name: max(500, one.events // 5) if options.quick else one.events for one in (*runners, *ceilings)}
    runs = []
    begin = time.monotonic()
    try:
        for number in range(options.runs):
            say(f"run {number + 1} of {options.runs}")
            runs.append(one_run(trial, runners, ceilings, sizes, options.quick))
    except TrialError as error:
        sys.exit(f"scripts/bench: {error}")
    finally:
        trial.stop()

    labels = {one.name: one.label for one in (*runners, *ceilings)}
    figures = {name: medians([run[name] for run in runs]) for name in labels}
    spread = {name: (min(run[name]["per_second"] for run in runs), max(run[name]["per_second"] for run in runs)) for name in labels}
    result = {} if options.only else summary(figures)
    if not options.only:
        print("\n".join(table(labels, figures, spread)))
        print()
        ours = figures["ours"]
        print(f"ratios: {result['ratio_celery']} × Celery (the better of both), {result['ratio_asyncio']} × asyncio (16 at once), "
              f"{result['ratio_ceiling']} of the lower ceiling ({result['lower_ceiling']})")
        print(f"habeas-intake: ready {ours['ready_seconds']:.3f} s after exec, at most {ours['peak_rss_mb']:.1f} MB resident with {ours['events']:,.0f} events waiting")
        prepare = figures["database_1"]["prepare_ms_per_1000"]
        print(f"reading and encrypting 1,000 events takes {prepare:.0f} ms of one core and is not part of the database's ceiling")
        print(f"medians of {len(runs)} run(s), {time.monotonic() - begin:.0f} s; {ours['message_bytes']:.0f} bytes a message; {in_words(found)}")
    print(json.dumps(result | {"figures": figures, "runs": runs, "conditions": found, "quick": options.quick}))


if __name__ == "__main__":
    main()
