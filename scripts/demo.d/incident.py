"""An incident at the imaginary vendor that affects 40 of its 120 clients, and three more when more is known.

usage: incident.py clients            the clients beside those of clients.yaml, as YAML; @SANDBOX@ and @SECRETS@ are left to be filled in
       incident.py detected|updated   the event, on one line
       incident.py acknowledged       who has read it, an event a line: all but two
"""

import json
import sys
from datetime import datetime, timedelta, timezone

NOW = datetime.now(timezone.utc).replace(microsecond=0)
REFERENCE = "INC-8"
SHOPS = [f"shop-{number:03d}" for number in range(1, 117)]
# Every fourth has a mailbox only.
MAIL_ONLY = set(SHOPS[3::4])
# In the first system, and in the second; three were found later.
FIRST, SECOND, LATER = SHOPS[:20], SHOPS[20:40], SHOPS[49:52]
SILENT = {"shop-002", "shop-051"}
COUNTRIES = [("DE", "Europe/Berlin", "de"), ("FR", "Europe/Paris", "fr"), ("ES", "Europe/Madrid", "es"), ("GB", "Europe/London", "en-GB"),
             ("US-CA", "America/Los_Angeles", "en-US")]  # fmt: skip


def ago(minutes):
    return (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def clients():
    for place, shop in enumerate(SHOPS):
        country, zone, locale = COUNTRIES[place % len(COUNTRIES)]
        hook = f'{{kind: webhook, url: "@SANDBOX@/hooks/{shop}", secrets: ["file:@SECRETS@/default.whsec"], internal: true}}'
        mail = f"{{kind: mail, addresses: [privacy@{shop}.example]}}"
        ways = [mail] if shop in MAIL_ONLY else [hook, mail]
        print(f"- id: {shop}\n  names: [Shop {place + 1}]\n  country: {country}\n  time_zone: {zone}\n  locale: {locale}")
        print("  dpa_signed_on: 2025-05-01\n  channels:")
        for way in ways:
            print(f"    - {way}")


def event(name, number, **data):
    print(json.dumps({
        "specversion": "1.0", "id": f"security-{name}-{number}-{NOW:%Y%m%d%H%M%S}", "source": "/security/desk", "type": f"io.habeas.{name}.v1",
        "time": ago(0), "datacontenttype": "application/json", "data": {"incident_ref": REFERENCE, **data},
    }))  # fmt: skip


def part(shop):
    people = 100 + 37 * SHOPS.index(shop)
    return {"client": shop, "subjects_approx": people, "records_approx": 4 * people + 1}


what = sys.argv[1] if len(sys.argv) > 1 else ""
if what == "clients":
    clients()
elif what == "detected":
    event("breach.detected", 1, discovered_at=ago(90), aware_at=ago(20), nature="A stranger had read a copy of two databases.",
          cause="A password of a contractor was used by somebody else.", categories=["contact", "messages", "orders"], risk="risk",
          systems=["crm", "helpdesk"], affected=[part(shop) for shop in FIRST + SECOND],
          own_data={"subjects_approx": 240, "categories": ["agents' accounts"]}, contact={"name": "Security desk", "email": "security@vendor.example"},
          measures="The account is closed; logs are being read.")  # fmt: skip
elif what == "updated":
    event("breach.updated", 2, phase=2, risk="high", consequences="Strangers may write to people in the shop's name.",
          affected=[part(shop) for shop in LATER])  # fmt: skip
elif what == "acknowledged":
    for number, shop in enumerate(FIRST + SECOND + LATER):
        if shop not in SILENT:
            event("breach.acknowledged", number, client=shop, by="the privacy desk", at=ago(0))
else:
    sys.exit(__doc__)
