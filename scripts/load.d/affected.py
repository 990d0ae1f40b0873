"""The clients of scripts/load-breach, by their numbers: over which channels each is told, and their lists for `habeas clients apply`.

usage: affected.py FOLDER AFFECTED UNAFFECTED [--healthy]

Writes FOLDER/001.yaml and so on, a thousand clients each, AFFECTED of an incident first. With --healthy every receiver is well.
"""

import os
import sys

LIST = 1_000
MAIL = "mail"
# A port where nobody listens.
REFUSED = "refused"
LOCALES = ["de", "en", "es", "fr"]


def channels(number, affected, healthy):
    """In the client's order of preference: the names of peers at the sandbox, which keeps the books of a thousand peers, so that
    several clients share one; `refused`; `mail`.

    Of a hundred clients sixty have a webhook first, five of them a dead one (two of these nothing else), five more one that loses
    half of its answers; forty have mail first; ten have one channel only, besides those two."""
    if number > affected:
        return [f"aside-{number % 20}", MAIL]
    place, hundred = number % 100, number // 100
    hook = f"hook-{number % 600}"
    if not healthy and place < 5:
        dead = REFUSED if place % 2 else f"dead-{hundred % 20}"
        return [dead] if place < 2 else [dead, MAIL]
    if not healthy and place < 10:
        hook = f"lossy-{hundred % 20}"
    if place < 60:
        return [hook] if place >= 55 else [hook, MAIL]
    return [MAIL] if place >= 95 else [MAIL, hook]


def cannot_be_told(number, affected):
    names = channels(number, affected, healthy=False)
    return len(names) == 1 and names[0].startswith(("dead-", REFUSED))


def address(number):
    return f"privacy@client-{number}.example"


def entry(number, names):
    def channel(name):
        if name == MAIL:
            return f"{{kind: mail, name: post, addresses: [{address(number)}]}}"
        url = "http://127.0.0.1:1/" if name == REFUSED else f"@SANDBOX@/hooks/{name}"
        return f'{{kind: webhook, name: hook, url: "{url}", secrets: ["file:@SECRETS@/default.whsec"], internal: true}}'

    return (
        f'- {{id: client-{number}, names: ["Client {number}"], country: DE, time_zone: Europe/Berlin, locale: {LOCALES[number % 4]},'
        f" dpa_signed_on: 2025-01-01, channels: [{', '.join(map(channel, names))}]}}\n"
    )


def main(folder, affected, unaffected, healthy):
    numbers = range(1, affected + unaffected + 1)
    for start in range(0, len(numbers), LIST):
        with open(os.path.join(folder, f"{1 + start // LIST:03d}.yaml"), "w") as file:
            file.writelines(entry(number, channels(number, affected, healthy)) for number in numbers[start : start + LIST])


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), "--healthy" in sys.argv[4:])
