"""An own app of the imaginary vendor: gets sealed tasks over the broker, does them in its memory, and answers with events.

usage: app.py --tasks AMQP-URL --events AMQP-URL --key FILE --ready FILE     the URLs come from the environment: APP_TASKS, APP_EVENTS
"""

import argparse
import json
import os
import uuid
from datetime import datetime, timezone

import pika
from jwcrypto import jwe, jwk

QUEUE = "habeas.tasks.billing"
BOOKS = {"m.rossi@example.it": 4, "g.bianchi@example.it": 2, "jana.weber@example.de": 3}


def now():
    return datetime.now(timezone.utc).isoformat()


def people(task, key):
    token = jwe.JWE(algs=["ECDH-ES", "A256GCM"])
    token.deserialize(task["sealed"], key)
    return [identity["value"] for identity in json.loads(token.payload)["identities"] if identity["type"] == "email"]


def invoices(person):
    return [
        {"number": f"R-{2024 + place}-{len(person)}", "email": person, "total": f"{19 + place}.90", "currency": "EUR", "paid": place > 0}
        for place in range(BOOKS.get(person, 0))
    ]


def sealed(found, public):
    """For the processor alone, under the key that came with the task."""
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": public["kid"]}
    token = jwe.JWE(json.dumps(found).encode(), protected=json.dumps(header), algs=["ECDH-ES", "A256GCM"])
    token.add_recipient(jwk.JWK(**public))
    return token.serialize(compact=True)


def answer(task, key):
    """What the app says of a task: how many invoices of the person it erased, has left, or hands over."""
    data = {"task": task["task"], "at": now()}
    if "sealed" not in task:
        return {**data, "outcome": "done", "rows": 0}
    if task["operation"] == "verify":
        left = sum(BOOKS.get(person, 0) for person in people(task, key))
        return {**data, "outcome": "done" if left else "already_absent", "rows": left}
    if task["operation"] == "collect":
        found = [invoice for person in people(task, key) for invoice in invoices(person)]
        if not found:
            return {**data, "outcome": "already_absent"}
        return {**data, "outcome": "done", "rows": len(found), "results": sealed(found, task["results_key"])}
    rows = sum(BOOKS.pop(person, 0) for person in people(task, key)) if task["operation"] == "erase" else 1
    return {**data, "outcome": "done" if rows else "already_absent", "rows": rows}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--key", required=True)
    parser.add_argument("--ready", required=True)
    options = parser.parse_args()
    with open(options.key) as file:
        key = jwk.JWK.from_json(file.read())
    events = pika.URLParameters(os.environ["APP_EVENTS"])
    outgoing = pika.BlockingConnection(events).channel()
    outgoing.confirm_delivery()
    incoming = pika.BlockingConnection(pika.URLParameters(os.environ["APP_TASKS"])).channel()
    incoming.basic_qos(prefetch_count=10)

    def take(channel, method, properties, body):
        event = {
            "specversion": "1.0", "id": str(uuid.uuid4()), "source": "/billing/production", "type": "io.habeas.task.completed.v1",
            "time": now(), "datacontenttype": "application/json", "data": answer(json.loads(body)["data"], key),
        }
        outgoing.basic_publish(
            exchange="habeas.events", routing_key=event["type"], body=json.dumps(event).encode(),
            properties=pika.BasicProperties(
                content_type="application/cloudevents+json", delivery_mode=2, user_id=events.credentials.username, message_id=event["id"]
            ),
        )
        outgoing.connection.process_data_events()
        channel.basic_ack(method.delivery_tag)

    incoming.basic_consume(QUEUE, take)
    with open(options.ready, "w") as file:
        file.write("ready")
    incoming.start_consuming()


if __name__ == "__main__":
    main()
