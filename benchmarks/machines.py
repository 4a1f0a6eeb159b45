"""A PostgreSQL server of its own for a benchmark, with everything that keeps what is stored, and two hosts on this machine."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from with_postgres import _as_server_user, _binaries, _free_port

NETWORK = "10.213.7"


@contextmanager
def postgres(*addresses: str) -> Iterator[str]:
    """Where a fresh server is, on loopback and on these addresses too; gone in the end."""
    binaries = _binaries()
    if binaries is None:
        sys.exit("there is no PostgreSQL on this machine: install it")
    folder = Path(tempfile.mkdtemp(prefix="coachloop-postgres-"))
    folder.chmod(0o777)
    data, port = folder / "data", _free_port()
    listen = ",".join(("127.0.0.1", *addresses))
    options = f"-p {port} -k {folder} -c listen_addresses={listen} -c shared_buffers=512MB -c jit=off"
    _quietly(str(binaries / "initdb"), "-D", str(data), "-U", "coachloop", "-A", "trust", "-E", "UTF8")
    with (data / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {NETWORK}.0/24 trust\n")
    control = [str(binaries / "pg_ctl"), "-D", str(data)]
    _quietly(*control, "-l", str(folder / "log"), "-w", "-o", options, "start")
    try:
        yield f"postgres://coachloop@127.0.0.1:{port}/postgres"
    finally:
        _quietly(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _quietly(*command: str) -> None:
    subprocess.run(_as_server_user([*command]), check=True, stdout=subprocess.DEVNULL)


@dataclass(frozen=True, slots=True)
class Host:
    """A network of its own on this machine, with one wire to the server."""

    name: str
    wire: str
    server: str

    def command(self, *arguments: str) -> list[str]:
        """A command as it runs there."""
        return [str(shutil.which("ip")), "netns", "exec", self.name, *arguments]

    def cut(self) -> None:
        """Nothing passes any more; nobody is told."""
        _ip("link", "set", self.wire, "down")

    def heal(self) -> None:
        """It passes again."""
        _ip("link", "set", self.wire, "up")


def _ip(*arguments: str, check: bool = True) -> None:
    subprocess.run([str(shutil.which("ip")), *arguments], check=check, stderr=None if check else subprocess.DEVNULL)


def can_have_hosts() -> bool:
    """Whether this account may make networks here."""
    return os.geteuid() == 0 and shutil.which("ip") is not None


@contextmanager
def hosts(count: int) -> Iterator[list[Host]]:
    """Hosts that reach this machine by an address each, and each other not at all."""
    made: list[Host] = []
    try:
        for number in range(count):
            name, first = f"coachloop-{os.getpid()}-{number}", 4 * number
            host = Host(name, f"cl{os.getpid() % 100_000}v{number}", f"{NETWORK}.{first + 1}")
            _ip("netns", "add", name)
            made.append(host)
            inside = f"{host.wire}i"
            _ip("link", "add", host.wire, "type", "veth", "peer", "name", inside)
            _ip("link", "set", inside, "netns", name)
            _ip("addr", "add", f"{host.server}/30", "dev", host.wire)
            _ip("link", "set", host.wire, "up")
            for what in (("addr", "add", f"{NETWORK}.{first + 2}/30", "dev", inside), ("link", "set", inside, "up"), ("link", "set", "lo", "up")):  # fmt: skip
                _ip("-n", name, *what)
        yield made
    finally:
        for host in made:
            _ip("netns", "del", host.name, check=False)
            _ip("link", "del", host.wire, check=False)
