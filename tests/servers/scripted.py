"""A model server that answers by script: OpenAI's chat completions on loopback, with whatever a real one gets wrong."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def system(self) -> str:
        """The rules and behaviours."""
        return str(self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        """The conversation, and what counts in it."""
        return str(self.body["messages"][1]["content"])

    @property
    def is_again(self) -> bool:
        """Whether it asks about answers that could not be used."""
        return len(self.body["messages"]) > 2

    @property
    def format(self) -> str:
        """`json_schema`, `json_object+schema`, `json_object` or `none`."""
        given = self.body.get("response_format") or {"type": "none"}
        return f"{given['type']}{'+schema' if 'schema' in given else ''}"

    @property
    def schema(self) -> Mapping[str, Any]:
        """The JSON Schema of the reply, however it was given."""
        given = self.body["response_format"]
        found: Mapping[str, Any] = given["json_schema"]["schema"] if "json_schema" in given else given["schema"]
        return found

    @property
    def behaviours(self) -> list[str]:
        """What it asks about, in order; in any format."""
        last = str(self.body["messages"][1]["content"]).rpartition("for: ")[2]
        return list(self.schema["properties"]) if "schema" in self.format else last.split(", ")

    @property
    def lines(self) -> list[tuple[int, str, str]]:
        """The transcript's lines: number, speaker, words."""
        said = [line for line in self.user.split("\n") if line.startswith("[")]
        split = [line[1:].partition("] ") for line in said]
        return [(int(n), *rest.partition(": ")[::2]) for n, _, rest in split]


@dataclass(frozen=True, slots=True)
class Fails:
    """An answer that is none: a status, with a message and headers, or after so many seconds of silence."""

    status: int = 500
    message: str = "scripted failure"
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.0
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """A whole body as it is, JSON or not."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Says:
    """A reply's text, with what else a server reports."""

    text: str
    usage: bool = True
    finish: str = "stop"
    refusal: str | None = None


Script = Callable[[Asked], "str | dict[str, Any] | Says | Fails | Raw"]
"""Decides what a request gets; a dictionary is sent as JSON text."""


def answer(outcome: str = "cannot_tell", *quotes: tuple[str, int], **more: Any) -> dict[str, Any]:
    """One behaviour's answer in the form that is asked for."""
    return {
        "quotes": [{"quote": quote, "turn": turn} for quote, turn in quotes],
        "reason": "as scripted",
        "outcome": outcome,
        "probability": {"met": 0.9, "not_met": 0.1}.get(outcome, 0.5),
        "missed_turn": -1,
        "better": "",
    } | more


def first_words(asked: Asked) -> dict[str, Any]:
    """Everything is met, with the agent's first line as its proof."""
    turn, _, said = next(line for line in asked.lines if line[1] == "agent")
    return {key: answer("met", (said, turn)) for key in asked.behaviours}


@dataclass(slots=True)
class Server:
    """A running server: where it is, and what it was asked, in order of arrival."""

    url: str
    script: Script
    asked: list[Asked] = field(default_factory=list)
    refuses: frozenset[str] = frozenset()
    """Formats that get status 500, as some servers do."""
    most_at_once: int = 0
    models: tuple[int, bytes] = (200, b'{"object": "list", "data": [{"id": "scripted", "object": "model"}]}')
    _under_way: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reply(self, asked: Asked) -> "str | dict[str, Any] | Says | Fails | Raw":
        """Keep the request and decide."""
        with self._lock:
            self.asked.append(asked)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            if asked.format in self.refuses:
                return Fails(500, f"unknown response format {asked.format}")
            said = self.script(asked)
            if isinstance(said, Fails):
                time.sleep(said.after)
            return said
        finally:
            with self._lock:
                self._under_way -= 1


@contextmanager
def scripted(script: Script = first_words, *, refuses: frozenset[str] = frozenset()) -> Iterator[Server]:
    """Serve on a free port of loopback, in threads, until the block ends."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    server = Server(f"http://127.0.0.1:{http.server_address[1]}/v1", script, refuses=refuses)
    http.scripted = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Speaks just enough HTTP; each connection ends with its answer, so that none outlives the server."""

    def do_GET(self) -> None:
        """The list of models, for those who ask whether it is there."""
        self._send(*self.server.scripted.models)  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        """One chat completion."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = self.server.scripted.reply(Asked(body, {name.lower(): value for name, value in self.headers.items()}))  # type: ignore[attr-defined]
        if isinstance(said, Fails):
            error = {"error": {"message": said.message, "type": "scripted", "code": said.code}}
            self._send(said.status, json.dumps(error).encode(), said.headers)
        elif isinstance(said, Raw):
            self._send(200, said.body)
        else:
            self._send(200, json.dumps(_completion(body, said)).encode())

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **(headers or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            """The other side gave up waiting."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name is http.server's
        """Say nothing."""


def _completion(body: Mapping[str, Any], said: str | dict[str, Any] | Says) -> dict[str, Any]:
    says = said if isinstance(said, Says) else Says(said if isinstance(said, str) else json.dumps(said))
    asked = sum(len(message["content"]) for message in body["messages"]) // 4
    counted = {"prompt_tokens": asked, "completion_tokens": len(says.text) // 4, "total_tokens": 0}
    message = {"role": "assistant", "content": says.text, "refusal": says.refusal}
    return {
        "id": "scripted",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": says.finish}],
        **({"usage": counted} if says.usage else {}),
    }
