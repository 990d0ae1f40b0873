"""Compares the dates that `habeas policy dates` gives with dates computed independently, for random requests.

usage: crosscheck.py --habeas PROGRAM [--policy FOLDER] [--cases N] [--seed S]   exits 1 if one differs
       crosscheck.py --self-test     exits 1 if the independent computation misses a date that is known for certain
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from random import Random

import cases
import clocks
from clocks import Case, Clock, Pause


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(timezone.utc)


def rfc3339(instant: datetime) -> str:
    return instant.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


# ---- the command


def command(program: str, policy: str, case: Case) -> list[str]:
    words = [program, "policy", "dates", "--policy", policy, "--regulation", case.regulation, "--right", case.right]
    words += ["--received", rfc3339(case.received), "--place", case.place]
    if case.submitted:
        words += ["--submitted", rfc3339(case.submitted)]
    if case.zone:
        words += ["--zone", case.zone]
    if case.lane != "own":
        words += ["--lane", case.lane]
    if case.profile:
        words += ["--profile", case.profile]
    if case.minor:
        words.append("--minor")
    if case.instructed:
        words += ["--instructed", rfc3339(case.instructed)]
    for pause in case.pauses:
        words += ["--pause", pause.reason, rfc3339(pause.begin), rfc3339(pause.end)]
    if case.extend:
        words.append("--extend")
    return [*words, "--json"]


def run(words: list[str]) -> dict | str:
    """The command's answer, or what went wrong."""
    # What is configured on this machine is nothing to compute with.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HABEAS_")}
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, env=environment, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"could not be run: {error}"
    if done.returncode != 0:
        return f"ended with {done.returncode}: {' '.join(done.stderr.split())[:300]}"
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return f"printed no JSON: {done.stdout[:100]!r}"
    if not isinstance(answer, dict) or not isinstance(answer.get("clocks"), list):
        return "printed no list of clocks"
    return answer


# ---- comparing

# Clocks that are computed here; another one in the answer is counted, not compared.
KNOWN = {"respond", "extension_notice", "confirm_receipt", "refer", "assist", "purge"}


def differences(case: Case, wanted: list[Clock], answer: dict) -> list[str]:
    found = []

    def compare(name: str, expected: object, actual: object) -> None:
        if expected != actual:
            found.append(f"{name} is {actual}, expected {expected}")

    compare("place", case.place, answer.get("place"))
    compare("zone", case.zone_name, answer.get("zone"))
    given = [clock for clock in answer["clocks"] if clock.get("clock") in KNOWN]
    compare(
        "the list of clocks",
        sorted((clock.clock, clock.layer) for clock in wanted),
        sorted((clock["clock"], str(clock.get("layer"))) for clock in given),
    )
    for clock in wanted:
        for entry in given:
            if (entry["clock"], entry.get("layer")) == (clock.clock, clock.layer):
                compare_clock(clock, entry, compare)
    for kind in sorted({clock.clock for clock in wanted}):
        # Of several clocks of a kind one binds, and none ends before it.
        binding = [str(clock.get("due_at")) for clock in given if clock["clock"] == kind and clock.get("binds") is True]
        compare(f"{kind}: binding date", [rfc3339(min(clock.due for clock in wanted if clock.clock == kind))], binding)
    return found


def compare_clock(clock: Clock, entry: dict, compare) -> None:
    def check(key: str, expected: object) -> None:
        compare(f"{clock.rule}: {key}", expected, entry.get(key))

    def check_time(key: str, expected: datetime | None) -> None:
        # However the instant is written.
        actual = entry.get(key)
        same = actual is not None and expected is not None and at(actual) == expected
        check(key, actual if same else expected and rfc3339(expected))

    check("rule", clock.rule)
    check("state", "running")
    check("provisional", False)
    check("unverified", clock.unverified)
    check_time("due_at", clock.due)
    if clock.last_day:
        check("last_day", str(clock.last_day))
    if clock.anchor:
        check_time("anchor_at", clock.anchor)
    if clock.period:
        check("period", clock.period)
    if clock.clock == "respond":
        check_time("first_due_at", clock.first_due)
        check_time("notice_due_at", clock.notice_due)
        check("waited_days", clock.waited_days)


def crosscheck(program: str, policy: str, count: int, seed: int) -> int:
    random = Random(seed)
    codes = cases.places(random, 40)
    made = []
    for _ in range(count):
        case, features = cases.case(random, codes)
        wanted = clocks.expected(case)
        features |= {feature for clock in wanted for feature in clock.features}
        made.append((case, features, wanted, command(program, policy, case)))
    asked: dict[str, Counter] = {"regulation": Counter(), "right": Counter(), "feature": Counter()}
    agreed: dict[str, Counter] = {group: Counter() for group in asked}
    wrong = 0
    others = Counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(run, (words for _, _, _, words in made))
        for (case, features, wanted, words), answer in zip(made, answers):
            faults = [answer] if isinstance(answer, str) else differences(case, wanted, answer)
            if isinstance(answer, dict):
                others.update({str(clock.get("clock")) for clock in answer["clocks"]} - KNOWN)
            for group, names in ("regulation", {case.regulation}), ("right", {case.right}), ("feature", features):
                asked[group].update(names)
                agreed[group].update(names if not faults else ())
            if faults:
                wrong += 1
                print(shlex.join(words), *(f"    {fault}" for fault in faults), sep="\n", flush=True)
    for group, counts in asked.items():
        print(f"\n{group:<28} cases   agree")
        for name, number in sorted(counts.items()):
            print(f"  {name:<26} {number:5}   {agreed[group][name]:5}")
    for name, number in others.items():
        print(f"\n{name} was given {number} times and is not compared")
    used = {case.place for case, _, _, _ in made}
    print(f"\n{len(used)} places in {len({code[:2] for code in used})} countries, seed {seed}")
    print(f"{count - wrong} of {count} cases agree" + (f", {wrong} differ" if wrong else ""))
    return 1 if wrong else 0


# ---- what is known for certain: worked out by hand, or from the authorities' examples


def request(regulation: str, right: str, received: str, **more) -> Case:
    pauses = tuple(Pause(reason, at(begin), at(end)) for reason, begin, end in more.pop("pauses", ()))
    more = {key: at(value) if key in ("submitted", "instructed") else value for key, value in more.items()}
    return Case(regulation, right, at(received), pauses=pauses, **more)


# What it shows; the request; clock and layer; what is expected of it.
CERTAIN = [
    (
        "a month without that day ends with its last",
        request("gdpr", "access", "2024-01-31T10:00:00Z"),
        ("respond", "law"),
        {"due": "2024-02-29T22:59:59Z", "last_day": "2024-02-29", "first_due": "2024-02-29T22:59:59Z"},
    ),
    (
        "a Saturday rolls to Monday",
        request("gdpr", "access", "2026-01-31T10:00:00Z", place="DE-BE"),
        ("respond", "law"),
        {"last_day": "2026-03-02"},
    ),
    (
        "Good Friday to Easter Monday roll to Tuesday, in summer time",
        request("gdpr", "access", "2026-03-03T10:00:00Z"),
        ("respond", "law"),
        {"due": "2026-04-07T21:59:59Z"},
    ),
    (
        "a holiday of Berlin alone: Monday 8 March 2027",
        request("gdpr", "access", "2027-02-08T10:00:00Z", place="DE-BE"),
        ("respond", "law"),
        {"last_day": "2027-03-09"},
    ),
    (
        "which is none in Germany",
        request("gdpr", "access", "2027-02-08T10:00:00Z"),
        ("respond", "law"),
        {"last_day": "2027-03-08"},
    ),
    (
        "half past midnight in Berlin is the day before in UTC",
        request("gdpr", "access", "2026-05-31T22:30:00Z"),
        ("respond", "law"),
        {"last_day": "2026-07-01"},
    ),
    (
        "winter time began the day before the last",
        request("gdpr", "access", "2026-09-25T10:00:00Z"),
        ("respond", "law"),
        {"due": "2026-10-26T22:59:59Z"},
    ),
    (
        "three months from receipt, into a leap day; without the extension one",
        request("gdpr", "access", "2027-11-30T10:00:00Z", extend=True),
        ("respond", "law"),
        {"last_day": "2028-02-29", "first_due": "2027-12-30T22:59:59Z", "notice_due": "2027-12-30T22:59:59Z"},
    ),
    (
        "2 January is a holiday in Scotland, a Friday",
        request("uk_gdpr", "access", "2025-12-02T10:00:00Z", place="GB-SCT"),
        ("respond", "law"),
        {"last_day": "2026-01-05"},
    ),
    (
        "and none in England, which is meant by GB",
        request("uk_gdpr", "access", "2025-12-02T10:00:00Z", place="GB"),
        ("respond", "law"),
        {"last_day": "2026-01-02"},
    ),
    (
        "identity awaited: the month stands still, the limit of the notice does not",
        request(
            "gdpr",
            "erasure",
            "2026-01-12T10:00:00Z",
            pauses=[("identity", "2026-01-20T10:00:00Z", "2026-01-25T10:00:00Z")],
        ),
        ("respond", "law"),
        {"last_day": "2026-02-17", "notice_due": "2026-02-12T22:59:59Z", "waited_days": 5},
    ),
    (
        "overlapping waiting counts once",
        request(
            "gdpr",
            "access",
            "2026-01-12T10:00:00Z",
            pauses=[
                ("clarification", "2026-01-22T10:00:00Z", "2026-01-27T10:00:00Z"),
                ("identity", "2026-01-20T10:00:00Z", "2026-01-25T10:00:00Z"),
            ],
        ),
        ("respond", "law"),
        {"last_day": "2026-02-19", "waited_days": 7},
    ),
    (
        "clarification of an erasure changes nothing",
        request(
            "gdpr",
            "erasure",
            "2026-01-12T10:00:00Z",
            pauses=[("clarification", "2026-01-20T10:00:00Z", "2026-01-25T10:00:00Z")],
        ),
        ("respond", "law"),
        {"last_day": "2026-02-12", "waited_days": 0},
    ),
    (
        "clarification in the United Kingdom: asked on the 20th, answered on the 22nd, two days more and a Sunday",
        request(
            "uk_gdpr",
            "access",
            "2026-04-15T10:00:00Z",
            place="GB-ENG",
            pauses=[("clarification", "2026-04-20T10:00:00Z", "2026-04-22T10:00:00Z")],
        ),
        ("respond", "law"),
        {"last_day": "2026-05-18", "notice_due": "2026-05-18T22:59:59Z", "waited_days": 2},
    ),
    (
        "asked on the day of receipt, the month is that of the answer",
        request(
            "uk_gdpr",
            "access",
            "2026-04-15T10:00:00Z",
            place="GB-ENG",
            pauses=[("clarification", "2026-04-15T12:00:00Z", "2026-04-20T10:00:00Z")],
        ),
        ("respond", "law"),
        {"last_day": "2026-05-20"},
    ),
    (
        "the month begins with the identity information, ends on a Sunday",
        request(
            "uk_gdpr",
            "access",
            "2026-03-02T10:00:00Z",
            place="GB",
            pauses=[("identity", "2026-03-03T10:00:00Z", "2026-03-12T10:00:00Z")],
        ),
        ("respond", "law"),
        {"last_day": "2026-04-13", "anchor": "2026-03-12T10:00:00Z"},
    ),
    (
        "a fee asked for when the month is over does not begin it anew",
        request(
            "uk_gdpr",
            "access",
            "2026-01-05T10:00:00Z",
            place="GB",
            pauses=[("fee", "2026-02-10T10:00:00Z", "2026-03-01T10:00:00Z")],
        ),
        ("respond", "law"),
        {"last_day": "2026-02-05", "anchor": "2026-01-05T10:00:00Z"},
    ),
    (
        "no period ends while it stands still: asked on the Sunday after a Saturday that rolls, answered on Wednesday",
        request(
            "gdpr",
            "access",
            "2026-01-31T10:00:00Z",
            pauses=[("identity", "2026-03-01T10:00:00Z", "2026-03-04T10:00:00Z")],
        ),
        ("respond", "law"),
        {"last_day": "2026-03-04"},
    ),
    (
        "waiting that began after the end changes nothing",
        request(
            "gdpr",
            "access",
            "2026-01-12T10:00:00Z",
            pauses=[("identity", "2026-02-13T10:00:00Z", "2026-02-20T10:00:00Z")],
        ),
        ("respond", "law"),
        {"last_day": "2026-02-12", "waited_days": 0},
    ),
    (
        "45 days do not roll and do not wait; the first is the day after in Los Angeles",
        request(
            "ccpa",
            "access",
            "2026-01-01T08:30:00Z",
            place="US-CA",
            pauses=[("identity", "2026-01-05T10:00:00Z", "2026-01-25T10:00:00Z")],
        ),
        ("respond", "law"),
        {"due": "2026-02-16T07:59:59Z", "last_day": "2026-02-15", "waited_days": 0},
    ),
    (
        "Friday 3 July 2026 is a federal holiday and a working day in California",
        request("ccpa", "opt_out", "2026-06-26T18:00:00Z", place="US-CA"),
        ("respond", "law"),
        {"last_day": "2026-07-17", "notice_due": None},
    ),
    (
        "ten working days over Christmas and New Year",
        request("ccpa", "access", "2026-12-21T18:00:00Z", place="US-CA"),
        ("confirm_receipt", "law"),
        {"last_day": "2027-01-06"},
    ),
    (
        "thirty days over a leap day",
        request("hipaa", "access", "2028-02-01T18:00:00Z", place="US-NY"),
        ("respond", "law"),
        {"last_day": "2028-03-02"},
    ),
    (
        "sixty for an amendment",
        request("hipaa", "rectification", "2028-02-01T18:00:00Z", place="US-NY"),
        ("respond", "law"),
        {"last_day": "2028-04-01"},
    ),
    (
        "an hour is an hour while clocks go forward",
        request("gdpr", "access", "2026-03-29T00:30:00Z", lane="referral"),
        ("refer", "default"),
        {"due": "2026-03-29T01:30:00Z"},
    ),
    (
        "five working days before 29 February 2024",
        request("gdpr", "access", "2024-01-31T10:00:00Z", lane="referral"),
        ("assist", "default"),
        {"last_day": "2024-02-22"},
    ),
    (
        "or half of the time left: from noon on the 28th to the end of the 29th",
        request("gdpr", "access", "2024-02-28T11:00:00Z", submitted="2024-01-31T10:00:00Z", lane="fulfilment"),
        ("assist", "default"),
        {"due": "2024-02-29T04:59:59Z"},
    ),
    (
        "ninety days from the instruction",
        request("gdpr", "erasure", "2026-01-05T10:00:00Z", instructed="2026-01-01T10:00:00Z", lane="fulfilment"),
        ("purge", "default"),
        {"last_day": "2026-04-01"},
    ),
    (
        "the hour before midnight that clocks skip in Nuuk on 28 March 2026",
        request("fadp", "access", "2026-02-26T12:00:00Z", place="CH", zone="America/Nuuk"),
        ("respond", "law"),
        {"due": "2026-03-29T00:59:59Z", "last_day": "2026-03-28"},
    ),
    (
        "thirty business days from a statement; of a weekend of waiting only the Friday counts",
        request(
            "other",
            "access",
            "2026-01-05T10:00:00Z",
            profile="customer360",
            pauses=[("identity", "2026-01-09T10:00:00Z", "2026-01-12T10:00:00Z")],
        ),
        ("respond", "profile"),
        {"last_day": "2026-02-17"},
    ),
]


def self_test() -> int:
    wrong = 0
    for sentence, case, key, wanted in CERTAIN:
        clock = next((clock for clock in clocks.expected(case) if (clock.clock, clock.layer) == key), None)
        for name, value in wanted.items():
            found = getattr(clock, name, "nothing")
            found = rfc3339(found) if isinstance(found, datetime) else found
            if found != value and str(found) != value:
                wrong += 1
                print(f"crosscheck.py: {sentence}: {name} is {found}, not {value}", file=sys.stderr)
    print(f"crosscheck.py: {len(CERTAIN)} known dates, {wrong} wrong" if wrong else f"{len(CERTAIN)} known dates are met")
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--habeas")
    parser.add_argument("--policy", default="deploy")
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    if not arguments.habeas:
        parser.error("--habeas or --self-test is needed")
    return crosscheck(arguments.habeas, arguments.policy, arguments.cases, arguments.seed)


if __name__ == "__main__":
    sys.exit(main())
