"""The clocks of one request, computed with dateutil, zoneinfo and the package holidays, from the statutes' own words.

A period of days is walked day by day; nothing here follows the way the fleet computes it.
"""

import re
import sys
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "holidays.d"))

import generate  # noqa: E402

PROFILES = HERE.parent.parent / "deploy" / "profiles"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pause:
    reason: str
    begin: datetime
    end: datetime


@dataclass(frozen=True)
class Case:
    regulation: str
    right: str
    received: datetime
    place: str = "DE"
    submitted: datetime | None = None
    zone: str | None = None
    lane: str = "own"
    profile: str | None = None
    minor: bool = False
    instructed: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    extend: bool = False

    @property
    def asked(self) -> datetime:
        return self.submitted or self.received

    @property
    def zone_name(self) -> str:
        return self.zone or generate.ZONE_OF.get(self.place) or generate.COUNTRIES[self.place[:2]][1]


@dataclass(frozen=True)
class Rule:
    id: str
    count: int
    unit: str
    # The whole length with an extension.
    extended: int | None = None
    rolls: bool = False
    # Whose holidays count: the place's, or those that California and the federation share.
    california: bool = False
    unverified: bool = False
    # The regime whose table of pauses holds.
    pauses_as: str | None = None


@dataclass
class Clock:
    """What is expected of one clock. What is None is not compared."""

    clock: str
    layer: str
    rule: str
    due: datetime
    last_day: date | None = None
    anchor: datetime | None = None
    first_due: datetime | None = None
    # Respond only: None means that there is no such limit.
    notice_due: datetime | None = None
    waited_days: int | None = None
    unverified: bool = False
    period: str | None = None
    # What is special about it, for the count of features.
    features: set[str] = field(default_factory=set)


# ---- working days


@lru_cache(maxsize=None)
def holidays_of(code: str) -> frozenset[date]:
    country, _, part = code.partition("-")
    found = generate.days(country, part or generate.BASE.get(country))
    return frozenset(generate.corrected(code, found))


@lru_cache(maxsize=None)
def holidays_in_both() -> frozenset[date]:
    return holidays_of("US") & holidays_of("US-CA")


def is_working(day: date, free: frozenset[date]) -> bool:
    if not generate.FIRST <= day.year <= generate.LAST:
        raise ValueError(f"{day} is beyond the years that holidays are known for")
    return day.weekday() < 5 and day not in free


# ---- days and instants


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def end_of(day: date, zone: ZoneInfo) -> datetime:
    # fold=1: the second 23:59:59 where clocks go back over midnight; where they skip it, the second before the skip.
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone, fold=1).astimezone(timezone.utc)


def last_day(first: date, count: int, rule: Rule, waited: set[date], free: frozenset[date]) -> date:
    """The last day of a period whose event falls on `first`. A day of waiting uses nothing of the period up, and no
    period ends on one."""
    day = first
    if rule.unit == "business_day":
        def takes(day: date) -> bool:
            return is_working(day, free) and day in waited

        left = count + takes(day)
        while left:
            day += DAY
            left -= is_working(day, free)
            left += takes(day)
        return day
    nominal = first + (relativedelta(months=count) if rule.unit == "calendar_month" else relativedelta(days=count))
    left = (nominal - first).days
    while left or day in waited:
        left -= day not in waited
        day += DAY
    while rule.rolls and (not is_working(day, free) or day in waited):
        day += DAY
    return day


# ---- the law


def statute(regulation: str, right: str) -> Rule:
    match regulation, right:
        case "gdpr", _:
            return Rule("gdpr.respond", 1, "calendar_month", 3, rolls=True, pauses_as="gdpr")
        case "uk_gdpr", _:
            return Rule("uk_gdpr.respond", 1, "calendar_month", 3, rolls=True, pauses_as="uk_gdpr")
        case "fadp", _:
            return Rule("fadp.respond", 30, "calendar_day")
        case "ccpa", "opt_out" | "limit_sensitive":
            return Rule("ccpa.opt_out", 15, "business_day", california=True, unverified=True)
        case "ccpa", "disclosure_list":
            return Rule("ca.disclosure_list", 30, "calendar_day", unverified=True)
        case "ccpa", _:
            return Rule("ccpa.respond", 45, "calendar_day", 90)
        case "hipaa", "rectification":
            return Rule("hipaa.amend", 60, "calendar_day", 90)
        case "hipaa", _:
            return Rule("hipaa.respond", 30, "calendar_day", 60)
        case "lgpd", _:
            return Rule("lgpd.respond", 15, "calendar_day", unverified=True)
        case "other", _:
            return Rule("other.respond", 30, "calendar_day", unverified=True)
    raise ValueError(f"no such regulation: {regulation}")


CONFIRM_RECEIPT = Rule("ccpa.confirm_receipt", 10, "business_day", california=True)

DEFAULTS = {
    "refer": Rule("default.refer", 1, "hour"),
    "refer_minor": Rule("default.refer_minor", 15, "minute"),
    "instructed_erasure": Rule("default.instructed_erasure", 90, "calendar_day"),
    "minor_erasure": Rule("default.minor_erasure", 10, "calendar_day"),
}


def effect(reason: str, regime: str | None, right: str) -> str:
    """What waiting does: `later` (the period has not begun), `stands` (neither period nor notice limit run),
    `period_stands` (the limit of the notice runs on), or `runs`."""
    match regime, reason:
        case "uk_gdpr", "identity" | "fee":
            return "later"
        case "uk_gdpr", "clarification" if right == "access":
            return "stands"
        case "gdpr", "identity":
            return "period_stands"
        case "gdpr", "clarification" if right == "access":
            return "period_stands"
    return "runs"


# ---- the profile


@lru_cache(maxsize=None)
def profile(name: str) -> dict[str, Rule]:
    """The clocks of deploy/profiles/NAME.yaml, read by lines."""
    rules: dict[str, Rule] = {}
    section = key = None
    for line in (PROFILES / f"{name}.yaml").read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"(\w+):.*", line):
            section, key = match[1], None
        elif section == "clocks" and (match := re.fullmatch(r"  (\w+):", line)):
            key = match[1]
        elif key and (match := re.fullmatch(r"    within: (\d+) (\w+?)s?", line)):
            rules[key] = Rule(f"{name}.{key}", int(match[1]), match[2])
        elif key and (match := re.fullmatch(r"    pauses_as: (\w+)", line)):
            rules[key] = replace(rules[key], pauses_as=match[1])
        elif key and re.fullmatch(r"    unverified: true", line):
            rules[key] = replace(rules[key], unverified=True)
    return rules


def promised(case: Case, key: str) -> Rule | None:
    return profile(case.profile).get(key) if case.profile else None


def chosen(case: Case, key: str) -> tuple[Rule, str]:
    rule = promised(case, key)
    return (rule, "profile") if rule else (DEFAULTS[key], "default")


# ---- the clocks


def read(case: Case, rule: Rule, clock: str, layer: str, anchor: datetime, pausing: bool = False) -> Clock:
    zone = ZoneInfo(case.zone_name)
    period = f"{rule.count} {rule.unit}"
    if rule.unit in ("hour", "minute"):
        due = anchor + relativedelta(**{rule.unit + "s": rule.count})
        return Clock(clock, layer, rule.id, due, anchor=anchor, unverified=rule.unverified, period=period)
    free = holidays_in_both() if rule.california else holidays_of(case.place)
    effects = [(pause, effect(pause.reason, rule.pauses_as, case.right)) for pause in case.pauses if pausing]

    def days_waited(begin: datetime, *kinds: str) -> set[date]:
        found = set()
        for pause, what in effects:
            day = max(local_day(begin, zone), local_day(pause.begin, zone))
            while what in kinds and day < local_day(pause.end, zone):
                found.add(day)
                day += DAY
        return found

    def period_of(count: int) -> tuple[datetime, set[date], date]:
        """When a period of this length begins, the days it stands still, and its last day."""
        begin = anchor
        for pause, what in sorted(effects, key=lambda entry: entry[0].begin):
            waited = days_waited(begin, "stands", "period_stands")
            # What is asked for when the period is over does not begin it anew.
            if what == "later" and local_day(pause.begin, zone) <= last_day(local_day(begin, zone), count, rule, waited, free):
                begin = max(begin, pause.end)
        waited = days_waited(begin, "stands", "period_stands")
        return begin, waited, last_day(local_day(begin, zone), count, rule, waited, free)

    def unrolled(count: int) -> date:
        begin, waited, _ = period_of(count)
        return last_day(local_day(begin, zone), count, replace(rule, rolls=False), waited, free)

    def special() -> set[str]:
        held = {day for day in waited if day < last}
        return {
            name
            for name, holds in {
                "begins later": begin != anchor,
                "asked after the end": any(what == "later" and pause.begin > due for pause, what in effects),
                "stands still": held,
                "working days stand still": held and rule.unit == "business_day",
                "waits in the extension": any(plain < day for day in held) and last != plain,
                "rolls": rule.rolls and unrolled(count) != last,
                "waits while rolling": rule.rolls and any(unrolled(count) < day for day in held),
            }.items()
            if holds
        }

    count = rule.extended if case.extend and pausing and rule.extended else rule.count
    begin, waited, last = period_of(count)
    due = end_of(last, zone)
    plain_begin, _, plain = period_of(rule.count)
    notice = None
    if rule.extended:
        spared = days_waited(plain_begin, "stands")
        notice = end_of(last_day(local_day(plain_begin, zone), rule.count, rule, spared, free), zone)
    return Clock(
        clock,
        layer,
        rule.id,
        due,
        last,
        begin,
        end_of(plain, zone),
        notice,
        sum(day < last for day in waited),
        rule.unverified,
        period,
        special(),
    )


def assist(case: Case, respond: Clock) -> Clock:
    zone = ZoneInfo(case.zone_name)
    free = holidays_of(case.place)
    day, left = respond.last_day, 5
    while left:
        day -= DAY
        left -= is_working(day, free)
    due, features = end_of(day, zone), set()
    if due <= case.received:
        half = (case.received.timestamp() + respond.due.timestamp()) // 2
        due = max(case.received, datetime.fromtimestamp(half, timezone.utc))
        day = local_day(due, zone)
        features.add("half of the time left")
    return Clock("assist", "default", "default.assist", due, day, features=features)


def expected(case: Case) -> list[Clock]:
    law = statute(case.regulation, case.right)
    respond = read(case, law, "respond", "law", case.asked, pausing=True)
    found = [respond]
    if case.lane == "own":
        if rule := promised(case, "respond"):
            found.append(read(case, rule, "respond", "profile", case.asked, pausing=True))
        if case.regulation == "ccpa":
            found.append(read(case, CONFIRM_RECEIPT, "confirm_receipt", "law", case.asked))
        if case.minor and case.right == "erasure":
            found.append(read(case, *by_layer(case, "minor_erasure", "purge"), case.asked))
        if law.extended and not case.extend:
            day = local_day(respond.notice_due, ZoneInfo(case.zone_name))
            found.append(
                Clock("extension_notice", "law", law.id + "_notice", respond.notice_due, day, unverified=law.unverified)
            )
    if case.lane == "referral":
        found.append(read(case, *by_layer(case, "refer_minor" if case.minor else "refer", "refer"), case.received))
    if case.lane == "fulfilment" and case.right == "erasure":
        found.append(read(case, *by_layer(case, "instructed_erasure", "purge"), case.instructed or case.asked))
    if case.lane != "own":
        found.append(assist(case, respond))
    return found


def by_layer(case: Case, key: str, clock: str) -> tuple[Rule, str, str]:
    rule, layer = chosen(case, key)
    return rule, clock, layer
