"""A day at an imaginary vendor: prints the events of one publisher, one a line, in the order in which they are sent.

usage: day.py PUBLISHER|--refused     times are counted back from now
"""

import json
import sys
from datetime import datetime, timedelta, timezone

NOW = datetime.now(timezone.utc).replace(microsecond=0)


def ago(hours, minutes=0):
    return (NOW - timedelta(hours=hours, minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def person(email, name=None, locale=None, **identities):
    contact = {key: value for key, value in {"email": email, "name": name, "locale": locale}.items() if value}
    known = [{"type": "email", "value": email}] + [{"type": key, "value": value} for key, value in identities.items()]
    return {"identities": known, "contact": contact}


class App:
    def __init__(self, publisher):
        self.publisher, self.events = publisher, []

    def send(self, name, hours, minutes=0, **data):
        self.events.append(
            {
                "specversion": "1.0",
                "id": f"{self.publisher}-{len(self.events) + 1:03d}-{NOW:%Y%m%d%H%M%S}",
                "source": f"/{self.publisher}/production",
                "type": f"io.habeas.{name}.v1",
                "time": ago(hours, minutes),
                "datacontenttype": "application/json",
                "data": data,
            }
        )

    def request(self, hours, minutes, ref, right, regulation, subjects, by="subject", **more):
        data = {"channel": "form", "submitted_time": ago(hours, minutes), "submitted_by": by, **more}
        self.send("request.submitted", hours, minutes, request_ref=ref, right=right, regulation=regulation, subjects=subjects, **data)

    def again(self, place):
        self.events.append(self.events[place])


def support_desk():
    app = App("support-desk")
    app.request(9, 40, "SD-1041", "access", "gdpr", [person("jana.weber@example.de", "Jana Weber", "de", phone="+4930901820")],
                relationship="end_user", client="acme-retail", country="DE",
                message="Welche Daten haben Sie über mich? Meine Karte war 4111 1111 1111 1111.")  # fmt: skip
    app.request(9, 5, "SD-1042", "erasure", "gdpr", [person("tomasz@example.pl", locale="pl")], channel="chat",
                relationship="unknown", client_named="the shop with the blue logo", country="PL")  # fmt: skip
    # An administrator of the client deletes two of its end users for good.
    app.request(8, 30, "SD-1043", "erasure", "gdpr", [person("m.rossi@example.it"), person("g.bianchi@example.it")], by="client",
                relationship="end_user", client="acme-retail", country="IT", instructed_at=ago(8, 31),
                instructed_by={"user": "k.schulz", "role": "administrator", "channel": "admin_console"})  # fmt: skip
    # The same wish from someone at the client without those rights: to be confirmed.
    app.request(8, 2, "SD-1044", "rectification", "gdpr", [person("a.lindqvist@example.se", "Anna Lindqvist")], by="client",
                relationship="end_user", client="acme-retail", country="SE", instructed_at=ago(8, 3),
                corrections=[{"field": "surname", "value": "Lindqvist-Holm"}],
                instructed_by={"user": "p.neumann", "role": "agent", "channel": "email"})  # fmt: skip
    app.request(7, 55, "SD-1046", "access", "gdpr", [person("n.dubois@example.fr", "Nina Dubois", "fr")], channel="email",
                relationship="unknown", client_named="une boutique de vélos", country="FR")  # fmt: skip
    app.again(0)  # the app restarted and sent its last event once more
    app.request(7, 10, "SD-1045", "opt_out", "ccpa", [person("dana.ruiz@example.com")], relationship="end_user",
                client="northwind-travel", country="US-CA", opt_out_of=["sale", "sharing"])  # fmt: skip
    app.send("request.client_named", 6, 50, request_ref="SD-1042", client="acme-retail")
    app.send("client.decided", 6, 20, request_ref="SD-1041", decision="proceed", answer_by="vendor",
             decided_by={"user": "dpo@acme.example", "role": "data protection officer"})  # fmt: skip
    app.send("breach.detected", 5, 45, incident_ref="INC-7", discovered_at=ago(6, 30), aware_at=ago(6, 0),
             nature="An export bucket was readable without a login for two hours.", categories=["name", "email", "order history"],
             risk="risk", systems=["exports"], affected=[{"client": "acme-retail", "subjects_approx": 1200},
             {"client": "northwind-travel", "subjects_approx": 300}], measures="Access closed, keys rotated.")  # fmt: skip
    app.send("breach.updated", 3, 15, incident_ref="INC-7", phase=2, cause="A deployment script reset the bucket policy.")
    app.send("hold.placed", 2, 40, hold_ref="LH-3", client="lumen-energie", basis="Civil proceedings 12 O 44/26", reviewer="legal")
    return app.events


def crm():
    app = App("crm")
    app.request(10, 15, "C-501", "opt_out", "gdpr", [person("visitor@example.fr", locale="fr")], relationship="visitor",
                opt_out_of=["marketing"], country="FR")  # fmt: skip
    app.request(9, 20, "C-502", "access", "ccpa", [person("sam.ortega@example.com", "Sam Ortega")], relationship="client_user",
                client="brightside-health", country="US-CA", session_verified=True, format="json")  # fmt: skip
    app.request(8, 55, "C-503", "erasure", "gdpr", [person("l.moreau@example.fr", "Luc Moreau", "fr")], relationship="client_user",
                client="lumen-energie", country="FR")  # fmt: skip
    app.request(8, 10, "C-504", "portability", "gdpr", [person("f.keller@example.de", "Fritz Keller")], relationship="client_user",
                client="acme-retail", country="DE", recipient={"name": "Other CRM", "endpoint": "https://import.example.net/"})  # fmt: skip
    app.send("identity.verified", 7, 30, request_ref="C-504", level="email_confirmed", method="link", verified_at=ago(7, 31), by="login")
    app.send("complaint.received", 6, 5, complaint_ref="CP-9", client="acme-retail", **{"from": "subject"}, received_at=ago(6, 10),
             country="DE", text="Nobody answered my letter.", contact={"email": "h.vogt@example.de"})  # fmt: skip
    app.send("client.terminated", 4, 0, client="lumen-energie", terminated_at=ago(5, 0), mode="return_then_erase", requested_by="A. Petit")
    app.send("client.retention_agreed", 3, 30, client="lumen-energie", until=(NOW + timedelta(days=120)).strftime("%Y-%m-%dT%H:%M:%SZ"),
             requested_by="A. Petit", agreed_by="vendor legal")  # fmt: skip
    return app.events


def helpcenter():
    app = App("helpcenter")
    # The answer to a question overtakes the request that it belongs to.
    app.send("request.clarified", 7, 20, request_ref="HC-88", text="Only my bookings of last year.")
    app.request(7, 25, "HC-88", "access", "uk_gdpr", [person("olivia.hart@example.co.uk", "Olivia Hart")], relationship="end_user",
                client="northwind-travel", country="GB", channel="email")  # fmt: skip
    app.request(6, 45, "HC-89", "erasure", "other", [person("parent@example.com")], relationship="end_user", client="northwind-travel",
                minor_under_13=True, country="US-NY", channel="phone")  # fmt: skip
    app.request(5, 30, "HC-90", "access", "hipaa", [person("pat.lee@example.com", "Pat Lee")], relationship="end_user", health_data=True,
                client="brightside-health", country="US-CA", message="My visit notes, please.")  # fmt: skip
    app.request(4, 40, "HC-91", "restriction", "uk_gdpr", [person("visitor77@example.co.uk")], relationship="visitor", country="GB",
                session_verified=True)  # fmt: skip
    app.request(3, 50, "HC-92", "objection", "fadp", [person("b.frei@example.ch")], relationship="end_user", client="northwind-travel",
                country="CH", by="authorised_agent", agent={"name": "Rechte AG", "authority": "power of attorney"})  # fmt: skip
    app.send("request.withdrawn", 1, 10, request_ref="HC-92", by="subject", reason="settled")
    return app.events


def refused():
    """What intake must turn away with field, fault and remedy."""
    app = App("helpcenter")
    app.request(2, 0, "HC-93", "erasure", "uk_gdpr", [person("someone at example.org")], relationship="end_user",
                client="northwind-travel", country="GB")  # fmt: skip
    app.events[0]["id"] = f"helpcenter-refused-{NOW:%Y%m%d%H%M%S}"
    return app.events


DAYS = {"support-desk": support_desk, "crm": crm, "helpcenter": helpcenter, "--refused": refused}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in DAYS:
        sys.exit(__doc__)
    for event in DAYS[sys.argv[1]]():
        print(json.dumps(event, ensure_ascii=False))
