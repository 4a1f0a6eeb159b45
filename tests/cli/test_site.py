"""What `serve` and `worker` start; that they work is shown in a browser and by benchmarks/kill.py."""

import signal
import socket
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection

from coachloop.cli import serving


class Helper:
    """Stands for the process of the worker inside `serve`."""

    started = ()

    def __init__(self, command):
        type(self).started += (self,)
        self.command, self.told = command, []

    def send_signal(self, told):
        self.told.append(told)

    def wait(self, timeout):
        self.told.append(timeout)


class Web:
    """Stands for the web server."""

    def __init__(self, target, **options):
        self.target, self.options = target, options

    def on_startup(self, hook):
        self.hook = hook

    def serve(self):
        Web.served = self


@pytest.fixture
def stand_ins(monkeypatch):
    Helper.started = ()
    monkeypatch.setattr(serving.subprocess, "Popen", Helper)
    monkeypatch.setattr(serving, "Server", Web)


@pytest.mark.usefixtures("stand_ins")
def test_serve_runs_a_worker_beside_the_pages_and_ends_it(house):
    ran = house("serve", "--port", 8123)
    assert ran.code == 0
    assert "http://127.0.0.1:8123/" in ran.out
    assert (Web.served.target, Web.served.options["port"]) == ("coachloop.project.wsgi:application", 8123)
    [helper] = Helper.started
    assert helper.command[-1] == "worker"
    assert helper.told[0] == signal.SIGTERM


@pytest.mark.usefixtures("stand_ins")
def test_the_worker_ends_also_when_the_pages_break(house, monkeypatch):
    monkeypatch.setattr(Web, "serve", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        house("serve")
    assert Helper.started[0].told


@pytest.mark.usefixtures("stand_ins")
def test_serve_refuses_a_port_that_is_taken(house):
    """Two servers would share it, each answering some of the visits."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        ran = house("serve", "--port", other.getsockname()[1])
    assert ran.code == 2
    assert "already" in ran.err
    assert Helper.started == ()


@pytest.mark.usefixtures("stand_ins")
def test_serve_without_a_worker(house, monkeypatch):
    monkeypatch.setattr(settings.CONFIG, "worker", False)
    assert house("serve").code == 0
    assert Helper.started == ()


def test_worker_runs_the_queue(house, monkeypatch):
    asked = {}
    monkeypatch.setattr(serving, "call_command", lambda name, **options: asked.update(options, name=name))
    assert house("worker").code == 0
    assert asked.items() >= {"name": "ox_worker", "processes": 1, "concurrency": 1}.items()


@contextmanager
def told_to_end():
    """The signal's own handler again afterwards."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def test_told_to_end_it_first_says_so_and_told_twice_it_ends(tmp_path):
    """At /ready, by a file that all its processes look for."""

    class Ends:
        told = 0

        def signal_handler_interrupt(self):
            Ends.told += 1

    with told_to_end():
        serving._say_so_first(Ends(), tmp_path / "draining", 300)
        signal.raise_signal(signal.SIGTERM)
        assert (tmp_path / "draining").exists()
        assert Ends.told == 0
        signal.raise_signal(signal.SIGTERM)
    assert Ends.told == 1


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize(
    ("applied", "said"), [("9999_later", "newer than this version"), (None, "run `coachloop init`")]
)
def test_serve_and_worker_refuse_tables_of_another_version(house, applied, said):
    with connection.cursor() as cursor:
        if applied:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('coachloop', %s, '2026-01-01')", [applied]
            )
        else:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'coachloop' AND name LIKE '0018%%'")
    for command in ("serve", "worker", *(["init"] if applied else [])):
        ran = house(command)
        assert (ran.code, said in ran.err) == (2, True), ran.err


def test_any_other_command_says_so_too_where_it_misses_something(house):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'coachloop' AND name LIKE '0018%%'")
        cursor.execute("ALTER TABLE coachloop_agent RENAME COLUMN joined_on TO came_on")
    ran = house("people", "met")
    assert (ran.code, "run `coachloop init`" in ran.err) == (2, True), ran.err
