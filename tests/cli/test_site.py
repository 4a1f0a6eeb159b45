"""What `serve` and `worker` start; that they work is shown in a browser and by benchmarks/kill.py."""

import signal
import socket

import pytest
from django.conf import settings

from coachloop.cli import site


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

    def serve(self):
        Web.served = self


@pytest.fixture
def stand_ins(monkeypatch):
    Helper.started = ()
    monkeypatch.setattr(site.subprocess, "Popen", Helper)
    monkeypatch.setattr(site, "Server", Web)


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
    monkeypatch.setattr(site, "call_command", lambda name, **options: asked.update(options, name=name))
    assert house("worker").code == 0
    assert asked.items() >= {"name": "ox_worker", "processes": 1, "concurrency": 1}.items()
