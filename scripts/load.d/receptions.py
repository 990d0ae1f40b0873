"""What clients got of an incident, by the receivers' own books: the sandbox's calls with their bodies, and the mails."""

import hashlib
import json
import os
from collections import Counter, defaultdict
from email import policy
from email.parser import BytesParser

from affected import address


def digest(value):
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def plain(text):
    """Without what mail does to the ends of lines."""
    return "\n".join(text.splitlines()).strip()


class Receptions:
    """Each client's numbered notices as they arrived, whatever came of it: in which words, when first, and how often they were taken."""

    def __init__(self, effects, affected):
        """`effects`: by their ids, which are the ids of webhooks and the left half of message ids: client, kind and number of the notice."""
        self.effects, self.affected = effects, affected
        self.numbers = {address(number): number for number in range(1, affected + 1)}
        self.count = Counter()  # calls, mails, deferred mails
        self.first = {}  # of each client, microseconds
        self.taken = Counter()  # client, kind, number -> how often a receiver has taken it
        self.words = defaultdict(set)  # client, number, what -> digests
        self.strange = []

    def calls(self, sandbox):
        for peer in sandbox.report():
            for call in sandbox.calls(peer):
                self.count["calls"] += 1
                # Its sender was killed before it had said all of it.
                if call["key"] is None and call["ending"] != "answered":
                    continue
                data = json.loads(call.get("body") or "{}").get("data", {})
                known = self.known(call["key"], f"{peer}: a call")
                if known is None:
                    continue
                client, kind, number = known
                notice = data.get("notice", {})
                told = (data.get("client"), notice.get("number"), notice.get("subjects_approx"))
                if told != (f"client-{client}", number, client):
                    self.strange.append(f"{peer}: client-{client} got {told}")
                if call["signature"] != "good":
                    self.strange.append(f"{peer}: a signature is {call['signature']}")
                readable = notice.pop("readable", {})
                self.words[client, number, "notice"].add(digest(notice))
                self.read(client, kind, number, readable.get("text", ""), readable.get("html", ""))
                self.see(client, call["at"])
                if call["acted"]:
                    self.taken[client, kind, number] += 1

    def mails(self, folder):
        for name in os.listdir(folder):
            if not name.endswith(".eml"):
                continue
            self.count["mails"] += 1
            with open(os.path.join(folder, name), "rb") as file:
                mail = BytesParser(policy=policy.default).parse(file)
            known = self.known(mail["Message-ID"].strip("<> ").partition("@")[0], "a mail")
            if known is None:
                continue
            client, kind, number = known
            if mail["X-Envelope-To"] != address(client):
                self.strange.append(f"a mail for client-{client} went elsewhere")
            self.words[client, number, kind + " subject"].add(digest(mail["Subject"]))
            self.read(client, kind, number, mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content())
            self.see(client, int(name.partition("-")[0]))
            self.taken[client, kind, number] += 1
        with open(os.path.join(folder, "deferred.log")) as file:
            for line in file:
                self.count["deferred"] += 1
                at, recipient = line.split()
                if recipient in self.numbers:
                    self.see(self.numbers[recipient], int(at))
                else:
                    self.strange.append("a mail for somebody who is not affected")

    def known(self, key, what):
        """Client, kind and number that an id stands for; none where nothing should have come."""
        known = self.effects.get(key)
        if known is None or known[0] > self.affected:
            self.strange.append(f"{what} that is nobody's notice" if known is None else f"{what} to somebody who is not affected")
            return None
        return known

    def read(self, client, kind, number, text, html):
        # A reminder says that it is one.
        self.words[client, number, kind + " text"].add(digest(plain(text)))
        self.words[client, number, kind + " html"].add(digest(plain(html)))

    def see(self, client, at):
        self.first[client] = min(at, self.first.get(client, at))

    # ---- what comes of it

    @property
    def reached(self):
        """Clients of whom a receiver has taken a notice."""
        return {client for client, _, _ in self.taken}

    @property
    def again(self):
        """Clients that got the same notice more than once."""
        return {client for (client, _, _), count in self.taken.items() if count > 1}

    @property
    def different(self):
        """Clients to whom one number said different things."""
        return {client for (client, _, _), digests in self.words.items() if len(digests) > 1}
