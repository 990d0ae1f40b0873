"""A mail server that takes every mail and keeps each as a file: for the demo and for load tests.

usage: mailsink.py --folder DIR --port-file FILE     a free port on 127.0.0.1; ends with SIGTERM

A file is named after the time of its arrival in microseconds since 1970 and its number; above the mail stand two lines, the
envelope's sender and recipients.
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


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--port-file", required=True)
    options = parser.parse_args()
    keeper = Keeper(options.folder)
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
