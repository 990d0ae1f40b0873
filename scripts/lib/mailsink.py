"""A mail server that takes every mail and keeps each as a file: for the demo and for load tests.

usage: mailsink.py --folder DIR --port-file FILE [--greylist SECONDS]     a free port on 127.0.0.1; ends with SIGTERM

A file is named after the time of its arrival in microseconds since 1970 and its number; above the mail stand two lines, the
envelope's sender and recipients. With --greylist a recipient is answered 451 until so long after it was named first; each such
answer is a line of the file deferred.log, the time in microseconds and the recipient.
"""

import argparse
import asyncio
import itertools
import os
import signal
import time

from aiosmtpd.smtp import SMTP


class Keeper:
    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count(1)

    async def handle_DATA(self, server, session, envelope):
        number = next(self.numbers)
        name = os.path.join(self.folder, f"{time.time_ns() // 1000}-{number:06d}.eml")
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode()
        with open(name + ".part", "wb") as file:
            file.write(head + envelope.original_content)
        os.rename(name + ".part", name)
        return "250 taken"


class Greylister(Keeper):
    """Wants to be asked again by everybody that it does not know, as mail servers do against senders that never ask twice."""

    def __init__(self, folder, seconds):
        super().__init__(folder)
        self.pause = seconds * 1_000_000
        self.since = {}
        self.deferred = open(os.path.join(folder, "deferred.log"), "a", buffering=1)

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        now = time.time_ns() // 1000
        if now - self.since.setdefault(address, now) < self.pause:
            self.deferred.write(f"{now} {address}\n")
            return "451 4.7.1 greylisted, ask again"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 OK"


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--port-file", required=True)
    parser.add_argument("--greylist", type=float, default=0)
    options = parser.parse_args()
    keeper = Greylister(options.folder, options.greylist) if options.greylist else Keeper(options.folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper, hostname="mail.example", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0)
    with open(options.port_file + ".part", "w") as file:
        file.write(str(server.sockets[0].getsockname()[1]))
    os.rename(options.port_file + ".part", options.port_file)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()
    server.close()


asyncio.run(main())
