"""A transcription server that answers by script: OpenAI's `/audio/transcriptions` on loopback."""

import io
import json
import threading
import wave
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    fields: Mapping[str, list[str]]
    sound: bytes
    headers: Mapping[str, str]

    @property
    def seconds(self) -> float:
        """How much sound was sent."""
        with wave.open(io.BytesIO(self.sound)) as sound:
            assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 16_000)
            return sound.getnframes() / 16_000


@dataclass(frozen=True, slots=True)
class Fails:
    """An answer that is none."""

    status: int
    message: str = "scripted failure"
    headers: Mapping[str, str] = field(default_factory=dict)


Script = Callable[[Asked], "dict[str, Any] | bytes | Fails"]


@dataclass(slots=True)
class Listening:
    """A running server: where it is, and what it was asked."""

    url: str
    script: Script
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def listening(script: Script) -> Iterator[Listening]:
    """Serve on a free port of loopback, in threads, until the block ends."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    server = Listening(f"http://127.0.0.1:{http.server_address[1]}/v1", script)
    http.listening = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """The list of models."""
        self._send(200, b'{"object": "list", "data": []}', {})

    def do_POST(self) -> None:
        """One transcription."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server: Listening = self.server.listening  # type: ignore[attr-defined]
        asked = _asked(dict(self.headers.items()), body)
        server.asked.append(asked)
        said = server.script(asked) if self.path == "/v1/audio/transcriptions" else Fails(404)
        if isinstance(said, Fails):
            self._send(said.status, json.dumps({"error": {"message": said.message}}).encode(), said.headers)
        else:
            self._send(200, said if isinstance(said, bytes) else json.dumps(said).encode(), {})

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name is http.server's
        """Say nothing."""


def _asked(headers: Mapping[str, str], body: bytes) -> Asked:
    form = BytesParser().parsebytes(f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + body)
    fields: dict[str, list[str]] = {}
    sound = b""
    for part in form.get_payload():
        name, content = part.get_param("name", header="Content-Disposition"), part.get_payload(decode=True)
        if name == "file":
            sound = content
        else:
            fields.setdefault(name, []).append(content.decode())
    return Asked(fields, sound, {name.lower(): value for name, value in headers.items()})
