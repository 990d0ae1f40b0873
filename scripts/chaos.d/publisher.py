"""A careful upstream app: publishes with confirms through pika, writes down what it tried and what was confirmed, and
publishes again what was not confirmed when its connection broke. A small part is given up instead, as real apps do."""

import collections
import itertools
import multiprocessing
import os
import random
import signal
import time

import pika

WINDOW = 1000
EXCHANGE = "habeas.events"


class Journal:
    """`A number` before an event is first published, `C number` when the broker confirmed it, `G number` when it was given
    up unconfirmed. Synced before anything depends on it."""

    def __init__(self, path):
        self.file = open(path, "ab", buffering=0)
        self.pending = []

    def add(self, mark, number):
        self.pending.append(f"{mark} {number}\n")

    def flush(self):
        if self.pending:
            self.file.write("".join(self.pending).encode())
            os.fdatasync(self.file.fileno())
            self.pending.clear()

    @staticmethod
    def read(path):
        marks = {"A": set(), "C": set(), "G": set()}
        with open(path) as file:
            for line in file:
                mark, number = line.split()
                marks[mark].add(int(number))
        return marks


class Publisher(multiprocessing.Process):
    """One connection of one publisher, in a process of its own. `bound` says up to which number it may publish for now;
    `figures` tells the run how far it is."""

    FIGURES = ["confirmed", "rows", "connections", "republished", "given_up", "nacked", "returned", "blocked", "done"]

    def __init__(self, name, url, catalogue, journal_path, bound, give_up=0.1):
        super().__init__(name=f"publisher-{name}", daemon=True)
        self.publisher, self.url, self.catalogue, self.bound = name, url, catalogue, bound
        self.journal_path, self.give_up, self.first = journal_path, give_up, 0
        self.figures = {figure: multiprocessing.Value("q", 0) for figure in self.FIGURES}

    def figure(self, name):
        return self.figures[name].value

    def count(self, name, by=1):
        self.figures[name].value += by  # only this process writes

    def run(self):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.journal = Journal(self.journal_path)
        self.rng = random.Random(f"{self.catalogue.seed}/{self.publisher}/give-up")
        names = self.catalogue.names
        start = names.index(self.publisher)
        self.todo = collections.deque(n for n in range(start, self.catalogue.count, len(names)) if n >= self.first)
        self.again, self.batch = collections.deque(), []
        self.in_flight = {}  # by delivery tag, in order
        while not self.figure("done"):
            try:
                self.session()
            except (pika.exceptions.AMQPError, OSError):
                time.sleep(0.3)
            self.lost()
        self.journal.flush()

    def lost(self):
        """Nobody knows what became of what was unconfirmed."""
        self.figures["blocked"].value = 0
        for number in [*self.in_flight.values(), *self.batch]:
            if self.rng.random() < self.give_up:
                self.journal.add("G", number)
                self.count("given_up")
            else:
                self.again.append(number)
                self.count("republished")
        self.in_flight.clear()
        self.batch.clear()
        self.journal.flush()

    def session(self):
        parameters = pika.URLParameters(self.url)
        parameters.heartbeat = 5
        parameters.socket_timeout = parameters.stack_timeout = 10
        # An upstream app waits while the broker says it is blocked.
        parameters.blocked_connection_timeout = 300
        connection = pika.SelectConnection(parameters, on_open_error_callback=lambda c, e: c.ioloop.stop())
        def opened(c):
            c.channel(on_open_callback=channel_opened)
            c.add_on_connection_blocked_callback(lambda *_: setattr(self.figures["blocked"], "value", 1))
            c.add_on_connection_unblocked_callback(lambda *_: setattr(self.figures["blocked"], "value", 0))

        def channel_opened(channel):
            self.count("connections")
            channel.add_on_return_callback(lambda *_: self.count("returned"))
            channel.add_on_close_callback(lambda ch, reason: connection.close() if connection.is_open else None)
            channel.confirm_delivery(lambda frame: self.settle(frame.method), callback=lambda _: pump(channel))
            self.tag = 0

        def pump(channel):
            if not channel.is_open:
                return
            while len(self.in_flight) + len(self.batch) < WINDOW and len(self.batch) < 200 and not self.figure("blocked"):
                number = self.next()
                if number is None:
                    break
                self.batch.append(number)
            self.journal.flush()  # what is about to be tried is on disk first
            sent = len(self.batch)
            while self.batch:
                self.tag += 1
                self.in_flight[self.tag] = number = self.batch.pop(0)
                self.publish(channel, self.catalogue[number])
            if not self.todo and not self.again and not self.in_flight:
                self.figures["done"].value = 1
                connection.close()
                return
            connection.ioloop.call_later(0 if sent else 0.01, lambda: pump(channel))

        connection.add_on_open_callback(opened)
        connection.add_on_close_callback(lambda c, _: c.ioloop.stop())
        connection.ioloop.start()
        if not self.figure("done"):
            time.sleep(0.3)

    def next(self):
        if self.again:
            return self.again.popleft()
        if self.todo and self.todo[0] < self.bound.value:
            number = self.todo.popleft()
            self.journal.add("A", number)
            return number
        return None

    def publish(self, channel, event):
        channel.basic_publish(
            EXCHANGE,
            event.type,
            event.body,
            pika.BasicProperties(
                content_type="application/cloudevents+json",
                delivery_mode=2,
                message_id=event.id,
                type=event.type,
                app_id=f"/chaos/{event.publisher}",
                user_id=self.publisher,
            ),
            mandatory=True,
        )

    def settle(self, method):
        confirmed = isinstance(method, pika.spec.Basic.Ack)
        for tag in self.tags(method):
            number = self.in_flight.pop(tag, None)
            if number is None:
                continue
            if confirmed:
                self.journal.add("C", number)
                self.count("confirmed")
                self.count("rows", self.catalogue.kind(number) != "duplicate")
            else:
                self.count("nacked")
                self.again.append(number)

    def tags(self, method):
        if not method.multiple:
            return [method.delivery_tag]
        # In order of the tags, so the first that is too high ends it.
        return list(itertools.takewhile(lambda tag: tag <= method.delivery_tag, self.in_flight))
