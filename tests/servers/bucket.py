"""An S3-compatible store on loopback, and a wire to it that can be cut."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from coachloop.adapters.media import Bucket

KEY = {"key": "testing", "secret": "testing"}


@dataclass(slots=True)
class Wire:
    """Passes bytes on to a server, as long as it is whole. After `breaks_after` bytes of answers it breaks once."""

    target: tuple[str, int]
    breaks_after: int | None = None
    is_cut: bool = False
    passed: int = 0
    open: list[socket.socket] = field(default_factory=list)
    server: socket.socket = field(default_factory=socket.socket)

    def __post_init__(self) -> None:
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", 0))
        self.server.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.getsockname()[1])

    def cut(self) -> None:
        """Nothing passes any more, and what is under way ends."""
        self.is_cut = True
        self._end()

    def heal(self) -> None:
        self.is_cut = False

    def close(self) -> None:
        self.server.close()
        self._end()

    def _end(self) -> None:
        for one in self.open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.open.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.server.accept()
                if self.is_cut:
                    client.close()
                    continue
                there = socket.create_connection(self.target)
                self.open += [client, there]
                for ends in ((client, there), (there, client)):
                    threading.Thread(
                        target=self._pass, args=ends, kwargs={"counts": ends[0] is there}, daemon=True
                    ).start()

    def _pass(self, source: socket.socket, to: socket.socket, *, counts: bool) -> None:
        with suppress(OSError):
            while block := source.recv(16_384):
                to.sendall(block)
                if counts:
                    self.passed += len(block)
                    if self.breaks_after is not None and self.passed > self.breaks_after:
                        self.breaks_after = None
                        self._end()
        for one in (source, to):
            # Closed alone, it would stay open for as long as the other thread reads it.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def a_bucket() -> Iterator[tuple[str, int]]:
    """Where the store is; it is empty, and gone in the end."""
    server = pytest.importorskip("moto.server", reason="no S3-compatible store: `make setup` installs moto[server]")
    pytest.importorskip("s3fs", reason="no driver for S3: `make setup` installs the extra s3")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    try:
        host, port = running.get_host_and_port()
        yield host, port
    finally:
        running.stop()


def place(port: int, name: str) -> Bucket:
    """A fresh bucket there."""
    import fsspec  # noqa: PLC0415 -- only tests with a bucket need it

    found = Bucket(f"s3://{name}/calls", **KEY, endpoint=f"http://127.0.0.1:{port}")
    with suppress(FileExistsError):
        fsspec.filesystem("s3", **found.options()).mkdir(name)
    return found
