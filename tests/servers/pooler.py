"""A proxy before PostgreSQL that has one session and gives it to whoever begins a transaction, as PgBouncer does with pool_mode = transaction."""

import socket
import struct
import threading
from contextlib import suppress

START, NO = (80877103, 80877104), b"N"
"""What a client asks first, TLS and GSSAPI, and the answer."""


class Pooler(threading.Thread):
    """Listens on `port` of this machine until it is closed; the server must let in without a password."""

    def __init__(self, server: tuple[str, int]) -> None:
        super().__init__(daemon=True)
        self._server, self._greeting = socket.create_connection(server), b""
        self._turn = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.start()

    def run(self) -> None:
        """Take clients in."""
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def close(self) -> None:
        """End."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._server.close()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            said = _read(client, 4)
            while (rest := _read(client, struct.unpack("!I", said)[0] - 4)) and struct.unpack("!I", rest[:4])[
                0
            ] in START:
                client.sendall(NO)
                said = _read(client, 4)
            with self._turn:
                if not self._greeting:
                    self._server.sendall(said + rest)
                    self._greeting = self._answer()
            client.sendall(self._greeting)
            while self._transaction(client):
                pass

    def _transaction(self, client: socket.socket) -> bool:
        """One from its first message on; whether the client stays."""
        message = _message(client)
        with self._turn:
            while message[:1] != b"X":
                self._server.sendall(message)
                if message[:1] in b"QS":
                    answer = self._answer()
                    client.sendall(answer)
                    if answer.endswith(b"I"):
                        return True
                message = _message(client)
            self._server.sendall(b"Q" + struct.pack("!I", 13) + b"ROLLBACK\0")
            self._answer()
        return False

    def _answer(self) -> bytes:
        """All up to where the server is ready again."""
        found = b""
        while not (message := _message(self._server)).startswith(b"Z"):
            found += message
        return found + message


def _message(source: socket.socket) -> bytes:
    head = _read(source, 5)
    return head + _read(source, struct.unpack("!I", head[1:])[0] - 4)


def _read(source: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        if not (part := source.recv(size - len(found))):
            raise ConnectionError("the other side is gone")
        found += part
    return found
