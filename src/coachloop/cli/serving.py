"""What runs all day: the pages, and the work in the background."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.core.management import call_command
from granian.constants import Interfaces
from granian.server import Server

from coachloop.app.queries import pooler
from coachloop.app.queries.machines import another_key
from coachloop.app.queries.schema import in_words
from coachloop.cli.output import err, need_site, out, stop

PATIENCE = 30
"""Seconds in which requests that are under way, and the worker's block, may come to their end."""


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(serve)
    app.command()(worker)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Serve the pages, with a worker inside unless COACHLOOP_WORKER=false."""
    _need_this_version()
    _must_be_free(host, port)
    with _shared_by_processes() as folder, _worker_beside():
        out.print(f"coachloop is at http://{host}:{port}/ (Ctrl-C ends it).", highlight=False)
        server = Server(
            "coachloop.project.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=settings.CONFIG.web_processes,
            blocking_threads=4,
            workers_kill_timeout=PATIENCE,
            log_access=False,
            log_dictconfig=_log_of_the_server(),
        )
        server.on_startup(lambda: _say_so_first(server, folder / "draining", settings.CONFIG.drain_seconds))
        server.serve()


def worker() -> None:
    """Do the background work: score what arrived, refresh counts, open follow-ups."""
    _need_this_version()
    call_command("ox_worker", processes=settings.CONFIG.workers, concurrency=1, verbosity=0)


def _need_this_version() -> None:
    """Stop where the tables are of another version: half of the pages would end in errors."""
    need_site()
    if wrong := in_words() or another_key():
        stop(wrong)
    if pooler.shares_sessions():
        err.print(f"{pooler.WRONG}; {pooler.WAY_OUT}", style="yellow", markup=False, highlight=False)


def _must_be_free(host: str, port: int) -> None:
    """Stop where something listens already: the server would share the port with it, without a word."""
    try:
        with socket.create_connection((host, port), timeout=1):
            pass
    except OSError:
        return
    stop(f"something listens on {host}:{port} already; choose another port with --port")


@contextmanager
def _worker_beside() -> Iterator[None]:
    helper = subprocess.Popen([sys.executable, sys.argv[0], "worker"]) if settings.CONFIG.worker else None  # noqa: S603
    try:
        yield
    finally:
        if helper:
            helper.send_signal(signal.SIGTERM)
            helper.wait(timeout=PATIENCE)


@contextmanager
def _shared_by_processes() -> Iterator[Path]:
    """A folder by which the processes of this server add up their figures, and learn that it is about to end."""
    folder = Path(tempfile.mkdtemp(prefix="coachloop-"))
    told = {"PROMETHEUS_MULTIPROC_DIR": str(folder), "COACHLOOP_DRAINING": str(folder / "draining")}
    os.environ.update(told)
    try:
        yield folder
    finally:
        for name in told:
            os.environ.pop(name, None)
        shutil.rmtree(folder, ignore_errors=True)


def _say_so_first(server: Any, flag: Path, seconds: float) -> None:
    """Told to end by SIGTERM, say so at /ready for a while, so that nobody is sent here any more; told twice, end at once."""

    def begin(*_: object) -> None:
        if flag.exists() or not seconds:
            server.signal_handler_interrupt()
            return
        flag.touch()
        timer = threading.Timer(seconds, server.signal_handler_interrupt)
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGTERM, begin)


def _log_of_the_server() -> dict[str, Any]:
    """What the server itself says, as the rest of the log is written."""
    told = settings.LOGGING
    level = told["loggers"]["coachloop"]["level"]
    return {
        "formatters": {**told["formatters"], "generic": told["formatters"]["line"]},
        "handlers": {**told["handlers"], "console": told["handlers"]["stderr"]},
        "loggers": {"_granian": {"handlers": ["stderr"], "level": level, "propagate": False}},
    }
