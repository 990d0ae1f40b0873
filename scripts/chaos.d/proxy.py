"""A TCP proxy in front of PostgreSQL that can cut the connection exactly between COMMIT and its answer: the server has
committed, the client never learns it."""

import multiprocessing
import selectors
import signal
import socket
import struct
import threading

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104


class CutProxy(multiprocessing.Process):
    """Armed, it watches the server's messages of every connection; from the next CommandComplete of a COMMIT on it forwards
    nothing more on that connection and closes both sides. It reads the protocol, so clients connect without TLS."""

    def __init__(self, host, port):
        super().__init__(name="cut-proxy", daemon=True)
        self.target = (host, port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.armed = multiprocessing.Event()
        self.cut = multiprocessing.Event()

    def arm(self):
        self.cut.clear()
        self.armed.set()

    def disarm(self):
        self.armed.clear()

    def run(self):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            # The first message may ask for encryption; "N" says no, and the client goes on in the clear.
            while True:
                head = receive(client, 8)
                length, code = struct.unpack("!ii", head)
                if code not in (SSL_REQUEST, GSS_REQUEST):
                    break
                client.sendall(b"N")
            server = socket.create_connection(self.target, timeout=10)
        except (OSError, EOFError):
            client.close()
            return
        server.settimeout(None)
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            server.sendall(head)
            self.forward(client, server)
        except OSError:
            pass
        finally:
            # Reset instead of an orderly end: like a cable pulled, not like a server that says goodbye.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            server.close()

    def forward(self, client, server):
        poll = selectors.DefaultSelector()
        poll.register(client, selectors.EVENT_READ)
        poll.register(server, selectors.EVENT_READ)
        buffer = b""
        while True:
            for key, _ in poll.select():
                data = key.fileobj.recv(262144)
                if not data:
                    return
                if key.fileobj is client:
                    server.sendall(data)
                    continue
                buffer += data
                whole, buffer, commit = self.split(buffer)
                if whole:
                    client.sendall(whole)
                if commit:
                    self.armed.clear()
                    self.cut.set()
                    return

    def split(self, buffer):
        """Whole messages to forward, the rest, and whether a COMMIT's answer was held back."""
        at = 0
        while len(buffer) - at >= 5:
            length = struct.unpack_from("!i", buffer, at + 1)[0] + 1
            if len(buffer) - at < length:
                break
            if self.armed.is_set() and buffer[at : at + 1] == b"C" and buffer[at + 5 : at + length] == b"COMMIT\0":
                return buffer[:at], b"", True
            at += length
        return buffer[:at], buffer[at:], False


def receive(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
