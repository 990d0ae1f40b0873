"""People at the systems that habeas-sandbox plays, put there before anybody asks for their erasure."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit


def populate(sandbox, people):
    """Puts the people, numbers by the name of the system, at all systems at once; raises unless each of them is there."""
    address = urlsplit(sandbox)

    def put(system):
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        for number in people[system]:
            connection.request("PUT", f"/rest/{system}/users/customer-{number}", body="{}", headers={"content-type": "application/json"})
            answer = connection.getresponse()
            words = answer.read()
            if answer.status != 204:
                raise RuntimeError(f"customer-{number} was not put at {system}: {answer.status} {words[:200]!r}")
        connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(put, people))
