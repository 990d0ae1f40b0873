"""Random requests, the same for the same seed: any regime and right, many places, and times where counting goes wrong."""

from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

import clocks
from clocks import DAY, Case, Pause, generate

RIGHTS = [
    "access", "portability", "rectification", "erasure", "restriction", "objection", "opt_out", "withdraw_consent",
    "limit_sensitive", "disclosure_list", "public_removal",
]  # fmt: skip
# Regime: how often, where it is at home, which rights it treats apart.
REGIMES = {
    "gdpr": (5, lambda code: code[:2] not in ("CH", "GB", "IN", "US"), ["access", "erasure"]),
    "uk_gdpr": (4, lambda code: code[:2] == "GB", ["access", "erasure"]),
    "fadp": (2, lambda code: code[:2] == "CH", ["access", "erasure"]),
    "ccpa": (4, lambda code: code[:2] == "US", ["access", "erasure", "opt_out", "limit_sensitive", "disclosure_list"]),
    "hipaa": (3, lambda code: code[:2] == "US", ["access", "rectification"]),
    "lgpd": (1, lambda code: True, ["access", "erasure"]),
    "other": (1, lambda code: True, ["access", "erasure"]),
}
REASONS = {"identity": 6, "clarification": 6, "fee": 3, "hold": 2, "client_silent": 2}
# Clocks that change at midnight, by half an hour, or stand at odd offsets.
ODD_ZONES = [
    "Africa/Cairo", "America/Havana", "America/Nuuk", "America/Santiago", "America/St_Johns", "Asia/Beirut", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago",
]  # fmt: skip
# Nothing that is asked for before the first year is known, and nothing ends after the last.
FIRST_DAY, LAST_DAY = date(generate.FIRST, 1, 1), date(2031, 12, 31)
PROFILES_FROM = date(2026, 1, 1)


def places(random: Random, subdivisions: int) -> list[str]:
    """Every country, the parts that weigh most, and some others."""
    parts = [f"{country}-{part}" for country in generate.COUNTRIES for part in generate.subdivision_names(country)]
    weighty = ["DE-BE", "DE-BY", "GB-NIR", "GB-SCT", "US-CA", "CH-ZH", "ES-CN", "PT-20", "FR-974"]
    return [*generate.COUNTRIES, *weighty, *random.sample(sorted(set(parts) - set(weighty)), subdivisions)]


@lru_cache(maxsize=None)
def changes(zone_name: str, year: int) -> list[datetime]:
    """The first instants of other offsets from UTC."""
    zone, found = ZoneInfo(zone_name), []
    low = datetime(year, 1, 1, tzinfo=timezone.utc)
    while low.year == year:
        high = low + DAY
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            before, after = low, high
            while after - before > timedelta(seconds=1):
                middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
                same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                before, after = (middle, after) if same else (before, middle)
            found.append(after)
        low = high
    return found


def instant(random: Random, zone_name: str, earliest: date) -> tuple[datetime, str | None]:
    """When a request comes in, and what is special about that moment."""
    zone = ZoneInfo(zone_name)
    day = earliest + random.randrange((LAST_DAY - earliest).days) * DAY
    near = timedelta(seconds=random.choice([-1, 0, 1, random.randrange(-5400, 5400)]))
    kind = random.choices(["any", "midnight", "change", "month_end"], [5, 2, 2, 2])[0]
    if kind == "change" and (moments := changes(zone_name, day.year)):
        moment = random.choice(moments) + near
        if earliest < moment.date() < LAST_DAY:
            return moment, "near a change of clocks"
    if kind == "month_end":
        day = (day.replace(day=1) + 31 * DAY).replace(day=1) - random.randrange(1, 4) * DAY
    if kind == "midnight":
        return datetime.combine(day, time(), zone).astimezone(timezone.utc) + near, "near midnight"
    moment = datetime.combine(day, time(), timezone.utc) + random.randrange(86_400) * timedelta(seconds=1)
    return moment, "at a month's end" if kind == "month_end" else None


def wait(random: Random, case: Case, others: list[Pause]) -> Pause:
    """One pause: soon after the request, over another one, or where the period is about to end."""
    ends = clocks.read(case, clocks.statute(case.regulation, case.right), "respond", "law", case.asked, pausing=True)
    kind = random.choice(["soon", "soon", "same day", "end", "end", "anywhere"])
    if kind == "same day":
        begin = case.asked + timedelta(seconds=random.randrange(3600))
    elif others and random.random() < 0.5:
        begin = others[0].begin + random.random() * (others[0].end - others[0].begin)
    elif "rolls" in ends.features and random.random() < 0.3:
        begin = ends.due - random.uniform(0, 2) * DAY
    elif kind == "end":
        begin = random.choice([ends.due, ends.first_due]) + random.uniform(-5, 3) * DAY
    else:
        begin = case.asked + random.uniform(0, 10 if kind == "soon" else 60) * DAY
    begin = max(begin, case.asked).replace(microsecond=0)
    length = random.choice([random.uniform(0, 1), random.uniform(0, 6), random.uniform(0, 40)]) * DAY
    reason = random.choices(list(REASONS), list(REASONS.values()))[0]
    return Pause(reason, begin, (begin + length).replace(microsecond=0))


def case(random: Random, codes: list[str]) -> tuple[Case, set[str]]:
    """One request, and what is special about it."""
    features = set()
    regulation = random.choices(list(REGIMES), [weight for weight, _, _ in REGIMES.values()])[0]
    _, is_home, apart = REGIMES[regulation]
    place = random.choice([code for code in codes if is_home(code)] if random.random() < 0.75 else codes)
    zone = None
    if random.random() < 0.2:
        zone = random.choice([*ODD_ZONES, *(of for _, of in generate.COUNTRIES.values())])
        features.add("zone given")
    if "-" in place:
        features.add("part of a country")
    profile = random.choice(["kustomer", "customer360", "customer360", "kayako"]) if random.random() < 0.25 else None
    right = random.choice(apart if random.random() < 0.6 else RIGHTS)
    lane = random.choices(["own", "referral", "fulfilment"], [5, 3, 3])[0]
    minor = random.random() < 0.15
    if lane != "referral" and (minor or lane == "fulfilment") and random.random() < 0.5:
        right = "erasure"
    # A case has the version of the profile it began under; before the first there is none.
    earliest = PROFILES_FROM + 40 * DAY if profile else FIRST_DAY + 2 * DAY
    zone_name = Case(regulation, right, datetime.now(timezone.utc), place, zone=zone).zone_name
    submitted, special = instant(random, zone_name, earliest)
    features |= {special} if special else set()
    received = submitted
    if random.random() < 0.4:
        received += timedelta(seconds=int(random.choice([3600, 86_400 * 5, 86_400 * 40]) * random.random()))
    features |= {"received later"} if received != submitted else set()
    made = Case(
        regulation,
        right,
        received,
        place,
        submitted if received != submitted or random.random() < 0.2 else None,
        zone,
        lane,
        profile,
        minor,
        extend=random.random() < 0.25,
    )
    if lane == "fulfilment" and random.random() < 0.6:
        seconds = int((received - submitted).total_seconds() * random.random())
        made = clocks.replace(made, instructed=submitted + timedelta(seconds=seconds))
        features.add("instructed")
    pauses: list[Pause] = []
    for _ in range(random.choices([0, 1, 2], [4, 4, 3])[0]):
        pauses.append(wait(random, clocks.replace(made, pauses=tuple(pauses)), pauses))
    features |= {f"pause {pause.reason}" for pause in pauses}
    if len(pauses) == 2:
        one, two = sorted(pauses, key=lambda pause: pause.begin)
        features.add("two pauses, overlapping" if two.begin < one.end else "two pauses")
        # Neither the case nor the command says in which order they come.
        random.shuffle(pauses)
    made = clocks.replace(made, pauses=tuple(pauses))
    features |= {f"lane {lane}", f"profile {profile}" if profile else "no profile"}
    features |= {"extended"} if made.extend else set()
    features |= {"minor"} if minor else set()
    return made, features
