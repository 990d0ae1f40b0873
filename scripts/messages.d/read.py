"""Reads the demo's mails, webhooks and sealed messages with libraries that know nothing of the fleet.

In the environment: DEMO_MAILS, DEMO_SANDBOX, DEMO_SECRETS, HABEAS_AMQP_URL (scripts/demo writes them to .local/demo.env).
"""

import email
import email.policy
import html.parser
import json
import os
import pathlib
import sys
import urllib.request
from urllib.parse import unquote, urlparse

import amqp
from joserfc import jwe
from joserfc.jwk import ECKey
from standardwebhooks import Webhook

FAULTS = []


def check(holds, sentence):
    if not holds:
        FAULTS.append(sentence)


class Reader(html.parser.HTMLParser):
    """Elements have to be closed in their order."""

    VOID = {"meta", "br", "hr", "img", "link", "input"}

    def __init__(self):
        super().__init__()
        self.open, self.text = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise ValueError(f"{tag} is closed out of order")

    def handle_data(self, data):
        self.text.append(data)


def mails():
    seen, languages = set(), {}
    files = sorted(pathlib.Path(os.environ["DEMO_MAILS"]).glob("*.eml"))
    for file in files:
        # At its strictest the parser raises for every defect.
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.strict.clone(linesep="\r\n"))
        check(not message.defects, f"{file.name}: {message.defects}")
        check(message["Auto-Submitted"] == "auto-generated", f"{file.name}: would be answered by machines")
        check(message["Message-ID"] not in seen, f"{file.name}: a Message-ID comes twice")
        seen.add(message["Message-ID"])
        text = message.get_body(("plain",)).get_content()
        page = message.get_body(("html",)).get_content()
        reader = Reader()
        reader.feed(page)
        check(not reader.open, f"{file.name}: HTML leaves {reader.open} open")
        check(len(text) > 200 and "{{" not in text + page, f"{file.name}: a template shows through")
        recipient = message["X-Envelope-To"].strip()
        local = recipient.split("@")[0].lower()
        # A client's own desk is called by the word for it.
        check(local in ("privacy", "datenschutz") or local not in message["Subject"].lower(), f"{file.name}: the subject names the person")
        language = message["Content-Language"]
        languages[language] = languages.get(language, 0) + 1
        print(f"  {recipient:<34} {language:<6} {message['Subject']}")
    print(f"{len(files)} mails read: " + ", ".join(f"{count} {name}" for name, count in sorted(languages.items())))
    check(len(files) > 0, "no mail went out")


def webhooks():
    with urllib.request.urlopen(os.environ["DEMO_SANDBOX"] + "/report") as answer:
        peers = json.load(answer)["peers"]
    count = 0
    for name in sorted(peers):
        secret = (pathlib.Path(os.environ["DEMO_SECRETS"]) / f"{name}.whsec").read_text().strip()
        with urllib.request.urlopen(f"{os.environ['DEMO_SANDBOX']}/report/{name}/calls") as answer:
            calls = [json.loads(line) for line in answer.read().splitlines()]
        for call in calls:
            event = Webhook(secret).verify(call["body"], call["headers"])
            check(event["id"] == call["key"], f"{name}: the webhook's id is not the event's")
            parts = [part for part in ("subject", "reference", "sealed") if part in event["data"]]
            print(f"  {name:<20} {call['status']} {event['type']:<34} {', '.join(parts)}")
            count += 1
        try:
            Webhook("whsec_" + "A" * 43 + "=").verify(calls[0]["body"], calls[0]["headers"])
            check(False, f"{name}: any secret verifies")
        except Exception:
            pass
    print(f"{count} webhooks verified")
    check(count > 0, "no webhook went out")


def sealed():
    key = ECKey.import_key(json.loads((pathlib.Path(os.environ["DEMO_SECRETS"]) / "client.jwk").read_text()))
    url = urlparse(os.environ["HABEAS_AMQP_URL"])
    connection = amqp.Connection(f"{url.hostname}:{url.port}", userid=url.username, password=unquote(url.password), virtual_host=unquote(url.path[1:]))
    connection.connect()
    channel = connection.channel()
    count = 0
    while message := channel.basic_get("habeas.outcomes.client.brightside-health"):
        event = json.loads(message.body)
        if "sealed" not in event["data"]:
            continue
        token = event["data"]["sealed"]
        opened = json.loads(jwe.decrypt_compact(token, key).plaintext)
        check(opened.get("identities"), "a sealed part names nobody")
        for identity in opened.get("identities", []):
            check(identity["value"].encode() not in message.body, "a sealed part's person stands beside it in clear")
        print(f"  brightside-health    {event['type']:<34} opened: {', '.join(sorted(opened))}")
        count += 1
    connection.close()
    print(f"{count} sealed parts opened")
    check(count > 0, "nothing sealed went out")


mails()
webhooks()
sealed()
for fault in FAULTS:
    print(f"NOT: {fault}")
sys.exit(1 if FAULTS else 0)
