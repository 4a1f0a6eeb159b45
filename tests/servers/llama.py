"""A real model behind a real server: llama.cpp's own, in a process of its own, on loopback."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

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
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True)  # noqa: S603 -- this file
        try:
            yield f"{_address(process, log)}/v1"
        finally:
            process.kill()
            process.wait()


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
