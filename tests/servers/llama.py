"""A real model behind a real server: llama.cpp's own, in a process of its own, on loopback."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from urllib.request import Request, urlopen

CONTEXT = 8192
"""Tokens of prompt and reply together that the server holds."""

READY = "listening on "
GET = "`make test-judge` brings it"


def missing() -> str:
    """What is missing for such a server, and the way to get it; empty where nothing is."""
    return "" if find_spec("xllamacpp") else f"needs the prebuilt llama.cpp server of the package xllamacpp: {GET}"


@contextmanager
def serving(model: Path, log: Path, *, context: int = CONTEXT) -> Iterator[str]:
    """Serve a model file until the block ends; yields the address for OpenAI's clients.

    Args:
        model: a GGUF file.
        log: where the server writes what it does.
        context: tokens of prompt and reply together.
    """
    command = [sys.executable, __file__, str(model), str(context)]
    with (
        log.open("wb") as said,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True) as process,  # noqa: S603 -- this file
    ):
        try:
            yield f"{_address(process, log)}/v1"
        finally:
            process.kill()


@contextmanager
def picky(url: str) -> Iterator[tuple[str, list[str]]]:
    """A door before a server that sends `json_schema` away, as some servers do; yields its address and the formats asked for."""
    formats: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            formats.append(json.loads(body)["response_format"]["type"])
            status, reply = (
                (500, b"{}") if formats[-1] == "json_schema" else _forwarded(f"{url}/chat/completions", body)
            )
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is http.server's
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_address[1]}/v1", formats
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def _forwarded(address: str, body: bytes) -> tuple[int, bytes]:
    with urlopen(Request(address, body, {"Content-Type": "application/json"}), timeout=300) as answer:  # noqa: S310 -- loopback
        return answer.status, answer.read()


def _address(process: "subprocess.Popen[str]", log: Path) -> str:
    for line in process.stdout or ():
        if line.startswith(READY):
            return line.removeprefix(READY).strip()
    raise RuntimeError(f"the model server ended with {process.wait()}:\n{log.read_text(errors='replace')[-2000:]}")


def _serve(model: str, context: int) -> None:
    """Start, say where, and end with the one who started it."""
    import xllamacpp  # noqa: PLC0415 -- only in this process, and only where it is installed

    params = xllamacpp.CommonParams()
    params.model.path, params.hostnames, params.n_ctx, params.n_parallel = model, ["127.0.0.1"], context, 1
    params.offline, params.ui = True, False
    # One thread beats two wherever something else runs on the machine: the threads wait for each other at every layer.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.sampling.penalty_repeat = 1.2  # small models repeat themselves until their tokens are spent
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{READY}{server.listening_address}\n")
    sys.stdout.flush()
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    threading.Event().wait()


def _end_with_the_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
