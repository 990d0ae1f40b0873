"""The legal dates of a request in the referral lane: the same rules that the fleet applies to the generated events."""

from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

RESPOND = {
    "gdpr": ("gdpr.respond", "GDPR Art. 12(3)"),
    "uk_gdpr": ("uk_gdpr.respond", "UK GDPR Art. 12(3), 12A"),
    "ccpa": ("ccpa.respond", "11 CCR 7021(b)"),
}


def add_month(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    length = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, length))


# Days repeat: a day's work has only a few different answers.
@lru_cache(maxsize=4096)
def end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)).astimezone(timezone.utc)


@lru_cache(maxsize=4096)
def five_working_days_before(day: date) -> date:
    for _ in range(5):
        day -= timedelta(days=1)
        while day.weekday() > 4:
            day -= timedelta(days=1)
    return day


def deadlines(request, received: datetime, zone: str) -> list[tuple]:
    """Rows of (clock, rule, source, anchor, due, provisional)."""
    anchor = request.submitted_time
    first = anchor.astimezone(ZoneInfo(zone)).date()
    rule, source = RESPOND[request.regulation]
    last = first + timedelta(days=45) if request.regulation == "ccpa" else add_month(first)
    respond = end_of(last, zone)
    assist = end_of(five_working_days_before(last), zone)
    if assist <= received:
        assist = max(received, received + (respond - received) / 2)
    return [
        ("refer", "profile.refer", "profile default (no statutory number)", received, received + timedelta(hours=1), False),
        ("assist", "profile.assist", "GDPR Art. 28(3)(e); profile default", anchor, assist, True),
        ("respond", rule, source, anchor, respond, request.regulation != "ccpa"),
    ]
