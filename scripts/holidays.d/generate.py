"""The public holidays of each country and its subdivisions as small YAML files, made with the Python package holidays.

usage: generate.py FOLDER            writes FOLDER/CC.yaml for every country
       generate.py --verify FOLDER   exits 1 if a day that is known for certain is wrong there, or a file is malformed
"""

import re
import sys
from datetime import date
from pathlib import Path

import holidays

FIRST, LAST = 2024, 2032

# Code: name, zone of the capital.
COUNTRIES = {
    "AT": ("Austria", "Europe/Vienna"),
    "BE": ("Belgium", "Europe/Brussels"),
    "BG": ("Bulgaria", "Europe/Sofia"),
    "CH": ("Switzerland", "Europe/Zurich"),
    "CY": ("Cyprus", "Asia/Nicosia"),
    "CZ": ("Czechia", "Europe/Prague"),
    "DE": ("Germany", "Europe/Berlin"),
    "DK": ("Denmark", "Europe/Copenhagen"),
    "EE": ("Estonia", "Europe/Tallinn"),
    "ES": ("Spain", "Europe/Madrid"),
    "FI": ("Finland", "Europe/Helsinki"),
    "FR": ("France", "Europe/Paris"),
    "GB": ("United Kingdom", "Europe/London"),
    "GR": ("Greece", "Europe/Athens"),
    "HR": ("Croatia", "Europe/Zagreb"),
    "HU": ("Hungary", "Europe/Budapest"),
    "IE": ("Ireland", "Europe/Dublin"),
    "IN": ("India", "Asia/Kolkata"),
    "IS": ("Iceland", "Atlantic/Reykjavik"),
    "IT": ("Italy", "Europe/Rome"),
    "LI": ("Liechtenstein", "Europe/Vaduz"),
    "LT": ("Lithuania", "Europe/Vilnius"),
    "LU": ("Luxembourg", "Europe/Luxembourg"),
    "LV": ("Latvia", "Europe/Riga"),
    "MT": ("Malta", "Europe/Malta"),
    "NL": ("Netherlands", "Europe/Amsterdam"),
    "NO": ("Norway", "Europe/Oslo"),
    "PL": ("Poland", "Europe/Warsaw"),
    "PT": ("Portugal", "Europe/Lisbon"),
    "RO": ("Romania", "Europe/Bucharest"),
    "SE": ("Sweden", "Europe/Stockholm"),
    "SI": ("Slovenia", "Europe/Ljubljana"),
    "SK": ("Slovakia", "Europe/Bratislava"),
    "US": ("United States", "America/New_York"),
}

# Where a subdivision's days end at another time than the country's. A state with two zones has that of most of its people.
ZONES = {
    "Africa/Ceuta": "ES-CE ES-ML",
    "America/Anchorage": "US-AK",
    "America/Cayenne": "FR-973",
    "America/Chicago": "US-AL US-AR US-IA US-IL US-KS US-LA US-MN US-MO US-MS US-ND US-NE US-OK US-SD US-TN US-TX US-WI",
    "America/Denver": "US-CO US-MT US-NM US-UT US-WY",
    "America/Boise": "US-ID",
    "America/Guadeloupe": "FR-971",
    "America/Los_Angeles": "US-CA US-NV US-OR US-WA",
    "America/Marigot": "FR-MF",
    "America/Martinique": "FR-972",
    "America/Miquelon": "FR-PM",
    "America/Phoenix": "US-AZ",
    "America/Puerto_Rico": "US-PR",
    "America/St_Barthelemy": "FR-BL",
    "America/St_Thomas": "US-VI",
    "Atlantic/Azores": "PT-20",
    "Atlantic/Canary": "ES-CN",
    "Atlantic/Madeira": "PT-30",
    "Indian/Kerguelen": "FR-TF",
    "Indian/Mayotte": "FR-976",
    "Indian/Reunion": "FR-974",
    "Pacific/Guam": "US-GU",
    "Pacific/Honolulu": "US-HI",
    "Pacific/Noumea": "FR-NC",
    "Pacific/Pago_Pago": "US-AS",
    "Pacific/Saipan": "US-MP",
    "Pacific/Tahiti": "FR-PF",
    "Pacific/Wake": "US-UM",
    "Pacific/Wallis": "FR-WF",
}
ZONE_OF = {code: zone for zone, codes in ZONES.items() for code in codes.split()}

# Where the first of the package's aliases is not the usual name.
NAMES = {
    "ES-MC": "Región de Murcia",
    "ES-VC": "Comunitat Valenciana",
    "FI-01": "Åland",
    "FR-PF": "Polynésie française",
    "IT-FC": "Forlì-Cesena",
    "NO-50": "Trøndelag",
    "NO-55": "Troms",
    "NO-56": "Finnmark",
}

# The package's national set of the United Kingdom is what all its parts share, without Easter Monday and the summer bank
# holiday. Somebody who says no more than GB means England.
BASE = {"GB": "ENG"}

NOTES = {
    "GB": ["The days are England's; the package's own national set has only those that all four parts share."],
    "US": [
        "The days are the federal holidays.",
        "US-CA without Susan B. Anthony Day and without the Fridays before a holiday on a Saturday, except Veterans Day:",
        "California Government Code 6700 and 6701 know no such holidays.",
    ],
}


def language(country: str) -> str:
    """English as the country writes it, else American."""
    own = holidays.country_holidays(country)
    if own.default_language.startswith("en"):
        return own.default_language
    if "en_US" not in own.supported_languages:
        raise SystemExit(f"generate.py: {country} has no English names: {own.supported_languages}")
    return "en_US"


def days(country: str, subdivision: str | None) -> dict[date, str]:
    found = holidays.country_holidays(
        country, subdiv=subdivision, years=range(FIRST, LAST + 1), language=language(country), categories=("public",)
    )
    return {day: name for day, name in sorted(found.items()) if FIRST <= day.year <= LAST}


def californian(day: date, name: str) -> bool:
    """A day that is none ends a period too late; so what the package has beyond the law is left out."""
    moved_to_friday = name.endswith("(observed)") and day.weekday() == 4
    return name != "Susan B. Anthony Day" and (not moved_to_friday or name.startswith("Veterans Day"))


def corrected(code: str, found: dict[date, str]) -> dict[date, str]:
    if code != "US-CA":
        return found
    kept = {day: "; ".join(name for name in names.split("; ") if californian(day, name)) for day, names in found.items()}
    return {day: names for day, names in kept.items() if names}


def subdivision_names(country: str) -> dict[str, str | None]:
    """Those with an ISO 3166-2 code; the package also knows cities, communities and school regions."""
    entity = holidays.country_holidays(country)
    result = {}
    for part in sorted(entity.subdivisions):
        if re.fullmatch("[A-Z0-9]{1,3}", part):
            aliases = [alias for alias, of in entity.subdivisions_aliases.items() if of == part and not alias.isupper()]
            result[part] = NAMES.get(f"{country}-{part}", aliases[0] if aliases else None)
    return result


# What YAML 1.1 takes for a truth value or for nothing.
RESERVED = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def plain(text: str) -> str:
    """A YAML scalar; quoted where a parser could take it for something else, as NO for false."""
    return text if re.fullmatch(r"[^\W\d_][\w .,'’/()-]*", text) and text.lower() not in RESERVED else quoted(text)


def quoted(text: str) -> str:
    if '"' in text or "\\" in text or not text.isprintable():
        raise SystemExit(f"generate.py: cannot be written without escapes: {text!r}")
    return f'"{text}"'


def calendar(country: str) -> str:
    name, zone = COUNTRIES[country]
    base = days(country, BASE.get(country))
    lines = [
        f"# Made by scripts/holidays with the Python package holidays {holidays.__version__}; do not edit by hand.",
        *(f"# {line}" for line in NOTES.get(country, [])),
        f"country: {plain(country)}",
        f"name: {plain(name)}",
        f"zone: {zone}",
        f"years: [{FIRST}, {LAST}]",
        "days:",
        *(f"  {day}: {quoted(names)}" for day, names in base.items()),
    ]
    parts = []
    for part, part_name in subdivision_names(country).items():
        code = f"{country}-{part}"
        own = corrected(code, days(country, part))
        entry = []
        if part_name:
            entry.append(f"    name: {plain(part_name)}")
        if code in ZONE_OF:
            entry.append(f"    zone: {ZONE_OF[code]}")
        if more := [f"      {day}: {quoted(names)}" for day, names in own.items() if day not in base]:
            entry += ["    with:", *more]
        if less := [f"      - {day}" for day in base if day not in own]:
            entry += ["    without:", *less]
        # A key alone would be null, and a reader could not tell it from a slip.
        if not entry:
            raise SystemExit(f"generate.py: {code} needs a name in NAMES")
        parts += [f"  {code}:", *entry]
    return "\n".join(lines + (["subdivisions:", *parts] if parts else [])) + "\n"


def generate(folder: Path) -> None:
    for country in COUNTRIES:
        (folder / f"{country}.yaml").write_text(calendar(country), encoding="utf-8")
    written = {code for country in COUNTRIES for code in (f"{country}-{part}" for part in subdivision_names(country))}
    if unknown := sorted((ZONE_OF.keys() | NAMES.keys()) - written):
        raise SystemExit(f"generate.py: the package has no {', '.join(unknown)}")


# ---- what is known for certain

EXPECTED = [
    ("AT", "2026-10-26", True),
    ("BG", "2026-05-25", True),  # 24 May is a Sunday
    ("CH", "2026-08-01", True),
    ("CH", "2026-01-02", False),
    ("CH-BE", "2026-01-02", True),  # Berchtold's Day
    ("CH-TI", "2026-01-06", True),
    ("DE", "2026-04-06", True),  # Easter Monday
    ("DE", "2026-03-08", False),
    ("DE-BB", "2026-04-05", True),  # Easter Sunday, in Brandenburg alone
    ("DE-BE", "2026-03-08", True),
    ("DE-BE", "2028-06-17", True),  # once
    ("DE-BE", "2026-10-31", False),
    ("DE-BY", "2026-06-04", True),  # Corpus Christi
    ("DE-SN", "2026-11-18", True),  # Day of Repentance and Prayer
    ("DK", "2024-04-26", False),  # Great Prayer Day, until 2023
    ("ES-MD", "2028-05-02", True),
    ("FI", "2026-06-20", True),
    ("FR", "2026-07-14", True),
    ("FR", "2026-12-26", False),
    ("FR-57", "2026-12-26", True),
    ("FR-6AE", "2026-04-03", True),
    ("FR-971", "2026-05-27", True),
    ("GB", "2026-04-03", True),
    ("GB", "2026-04-06", True),
    ("GB", "2026-05-04", True),
    ("GB", "2026-08-31", True),
    ("GB", "2026-12-28", True),  # for Boxing Day, a Saturday
    ("GB-ENG", "2026-01-02", False),
    ("GB-NIR", "2026-07-13", True),
    ("GB-SCT", "2026-01-02", True),
    ("GB-SCT", "2026-04-06", False),
    ("GB-SCT", "2026-11-30", True),
    ("GR", "2026-04-13", True),  # by the Orthodox Easter
    ("IE", "2026-02-02", True),
    ("IN", "2026-01-26", True),
    ("IN", "2026-10-02", True),
    ("IT", "2027-10-04", True),  # from 2026 on
    ("IT", "2025-10-04", False),
    ("IT-MI", "2026-12-07", True),
    ("IT-RM", "2026-06-29", True),
    ("NL", "2026-04-27", True),
    ("NO", "2026-05-17", True),
    ("PL", "2024-12-24", False),
    ("PL", "2025-12-24", True),  # from 2025 on
    ("PT-20", "2026-05-25", True),
    ("PT-30", "2026-07-01", True),
    ("SE", "2026-06-06", True),
    ("SE", "2026-03-08", False),  # a Sunday like any other
    ("SK", "2025-11-17", False),  # a working day from 2025 on
    ("US", "2026-07-03", True),
    ("US", "2027-12-31", True),  # for New Year's Day 2028, a Saturday
    ("US", "2026-11-27", False),
    ("US-CA", "2026-03-31", True),
    ("US-CA", "2026-11-27", True),
    ("US-CA", "2026-07-03", False),
    ("US-CA", "2026-10-12", False),
    ("US-CA", "2026-02-15", False),
    ("US-CA", "2027-02-15", True),  # the third Monday
    ("US-CA", "2028-11-10", True),  # Veterans Day, a Saturday
]


class Malformed(Exception):
    pass


def read(path: Path) -> tuple[dict[str, set[date]], list[str]]:
    """The days of the country and of each subdivision, and the zones: by lines, the way a small reader would."""
    places: dict[str, set[date]] = {}
    zones = []
    country = code = key = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        if match := re.fullmatch(r'country: "?([A-Z]{2})"?', line):
            country = code = match[1]
            places[code] = set()
        elif match := re.fullmatch(r" *zone: (\S+)", line):
            zones.append(match[1])
        elif match := re.fullmatch(r" {2}([A-Z]{2}-[A-Z0-9]{1,3}):", line):
            code, key = match[1], None
            places[code] = set(places[country])
        elif match := re.fullmatch(r" *(days|with|without|subdivisions):", line):
            key = match[1]
        elif match := re.fullmatch(r'( {2}| {6})(\d{4}-\d\d-\d\d): "[^"\\]+"', line):
            day = date.fromisoformat(match[2])
            if key not in ("days", "with") or day in places[code]:
                raise Malformed(f"{path.name}:{number}: twice or out of place: {line}")
            places[code].add(day)
        elif match := re.fullmatch(r" {6}- (\d{4}-\d\d-\d\d)", line):
            day = date.fromisoformat(match[1])
            if key != "without" or day not in places[code]:
                raise Malformed(f"{path.name}:{number}: not there to be taken away: {line}")
            places[code].remove(day)
        elif line != f"years: [{FIRST}, {LAST}]" and not re.fullmatch(r" *name: \S.*", line):
            raise Malformed(f"{path.name}:{number}: not understood: {line}")
    return places, zones


def verify(folder: Path) -> list[str]:
    faults, places = [], {}
    names = sorted(path.stem for path in folder.iterdir())
    if names != sorted(COUNTRIES):
        faults.append(f"the files are {' '.join(names)}")
    for path in sorted(folder.glob("*.yaml")):
        try:
            found, zones = read(path)
        except (Malformed, ValueError) as fault:
            faults.append(str(fault))
            continue
        places |= found
        database = Path("/usr/share/zoneinfo")
        faults += [f"{path.name}: no zone {zone}" for zone in zones if database.is_dir() and not (database / zone).is_file()]
        for code, known in found.items():
            for year in range(FIRST, LAST + 1):
                count = sum(day.year == year for day in known)
                # Switzerland's common days are four. A year has 52 Sundays; they are not listed for being that.
                if not 4 <= count <= 40:
                    faults.append(f"{code}: {count} days in {year}")
    for code, day, expected in EXPECTED:
        if code not in places:
            faults.append(f"{code} is missing")
        elif (date.fromisoformat(day) in places[code]) != expected:
            faults.append(f"{code}: {day} should {'' if expected else 'not '}be a holiday")
    if sorted(code for code in places if code.startswith("GB-")) != ["GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS"]:
        faults.append("GB's parts are not four")
    return faults


def main(arguments: list[str]) -> int:
    match arguments:
        case ["--verify", folder]:
            faults = verify(Path(folder))
            for fault in faults:
                print(f"generate.py: {fault}", file=sys.stderr)
            return 1 if faults else 0
        case [folder] if not folder.startswith("-"):
            generate(Path(folder))
            return 0
    print(__doc__, file=sys.stderr)
    return 64


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
