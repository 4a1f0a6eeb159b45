"""What can be wrong with how a site is configured, and with the machine that it runs on: one small function each."""

import json
import os
import shutil
import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.db import connection

from coachloop.adapters.notify import mail_server
from coachloop.app.queries.audio import media
from coachloop.app.queries.health import Finding

LEAST_BYTES, LEAST_SHARE = 2_000_000_000, 0.05
ACROSS_A_NETWORK = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "fuse.gluster", "gluster", "ceph", "lustre", "afs", "ncp")
LOCAL = {"localhost", "127.0.0.1", "::1", "[::1]"}
SHORT = 32
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong and why that matters; and the way out."""

    what: str
    way_out: str


def database_disk() -> Wrong | str:
    """SQLite's WAL needs memory that its readers share: on a network share it is lost."""
    if connection.vendor != "sqlite":
        return "on its server"
    kind = _mounted_as(Path(connection.settings_dict["NAME"]), Path("/proc/mounts"))
    if kind.startswith(ACROSS_A_NETWORK):
        what = f"SQLite lies on a network share ({kind}): two machines that write there damage it"
        return Wrong(what, "put COACHLOOP_HOME on a local disk, or set DATABASE_URL to a PostgreSQL server")
    return f"local ({kind or 'unknown'})"


def disk_space() -> Wrong | str:
    """A full disk stops everything; recordings wait before that."""
    told = shutil.disk_usage(settings.HOME)
    seen = f"{told.free / 1e9:,.1f} GB of {told.total / 1e9:,.0f} GB free"
    if told.free < max(LEAST_BYTES, LEAST_SHARE * min(told.total, 200e9)):
        return Wrong(
            f"{seen} at {settings.HOME}: when it is full nothing can be stored", "make room, or move COACHLOOP_HOME"
        )
    return seen


def addresses() -> Wrong | str:
    """What is served, what proxies say, and what links name must be one."""
    config, parts = settings.CONFIG, urlsplit(settings.ADDRESS)
    hosts = {host.strip("[]").lower() for host in _hosts()}
    served = "*" in hosts or any(
        host == parts.hostname or (host.startswith(".") and f".{parts.hostname}".endswith(host)) for host in hosts
    )
    if "*" in hosts:
        return Wrong(
            "COACHLOOP_HOSTS is *: any name is believed, also in links of mails", "name the hosts that are served"
        )
    if not served:
        return Wrong(
            f"links name {parts.hostname}, which COACHLOOP_HOSTS does not: following one ends in an error",
            f"add {parts.hostname} to COACHLOOP_HOSTS",
        )
    if config.https and parts.scheme != "https":
        return Wrong(
            "COACHLOOP_HTTPS is on, and COACHLOOP_ADDRESS begins with http: links in messages lose the sign-in",
            "let COACHLOOP_ADDRESS begin with https://",
        )
    if parts.scheme == "https" and not config.https:
        return Wrong(
            "COACHLOOP_ADDRESS begins with https, and COACHLOOP_HTTPS is off: forms are refused, cookies go over HTTP",
            "set COACHLOOP_HTTPS=true",
        )
    return settings.ADDRESS


def plain_http() -> Wrong | str:
    """Passwords go through the network as they are, unless it is this machine alone."""
    beyond = sorted({host for host in _hosts() if host not in LOCAL})
    if beyond and not settings.CONFIG.https:
        return Wrong(
            f"{', '.join(beyond)} without HTTPS: passwords can be read on the way",
            "a proxy with TLS in front (deploy/), and COACHLOOP_HTTPS=true",
        )
    return "on" if settings.CONFIG.https else "this machine alone"


def proxy() -> Wrong | str:
    """Behind a proxy everybody has its address, unless it is believed about theirs."""
    proxies = getattr(settings.CONFIG, "proxies", 0)
    if settings.CONFIG.https and not proxies:
        return Wrong(
            "COACHLOOP_HTTPS is on and COACHLOOP_PROXIES is 0: whoever guesses passwords has the proxy's address, as everybody has",
            "COACHLOOP_PROXIES=1, where one proxy in front writes X-Forwarded-For",
        )
    return f"{proxies} in front"


def reachable() -> Wrong | str:
    """Whether people reach the site where links say."""
    if not settings.CONFIG.address:
        return "COACHLOOP_ADDRESS is not set"
    try:
        with urlopen(f"{settings.ADDRESS}/health", timeout=PATIENCE) as answer:  # noqa: S310 -- http or https, by its setting
            ours = answer.headers.get("X-Request-ID")
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        return Wrong(
            f"{settings.ADDRESS}: {_why(reason)}; links in messages lead nowhere",
            "start `coachloop serve`, and look at the proxy and its certificate",
        )
    if not ours:
        return Wrong(
            f"{settings.ADDRESS}/health is answered by something else", "look at what the proxy sends on, and where to"
        )
    return settings.ADDRESS


def secret_key() -> Wrong | str:
    """Who has it can sign in as anybody."""
    path, given = settings.HOME / "secret_key", settings.CONFIG.secret_key
    if len(settings.SECRET_KEY) < SHORT:
        return Wrong(
            f"{len(settings.SECRET_KEY)} characters: it can be guessed, and who has it is anybody",
            f"at least {SHORT}: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
        )
    if given:
        return "from the environment"
    if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Wrong(f"{path} can be read by other accounts: who has it is anybody", f"chmod 600 {path}")
    if connection.vendor == "postgresql" and settings.CONFIG.address and not settings.CONFIG.worker:
        return Wrong(
            "each machine makes its own: whoever signs in at one is not known at the next, and links of mails end",
            "COACHLOOP_SECRET_KEY_FILE, the same on all of them",
        )
    return "in the folder"


def folder() -> Wrong | str:
    """The folder holds the customers' words."""
    path = Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else settings.HOME / "secret_key"
    open_to_all = (
        path.is_file()
        and path.stat().st_mode & stat.S_IROTH
        and all(one.stat().st_mode & stat.S_IXOTH for one in (settings.HOME, *settings.HOME.parents))
    )
    if open_to_all and path.suffix == ".sqlite3":
        return Wrong(f"every account of this machine can read {path}", f"chmod 700 {settings.HOME}")
    return str(settings.HOME)


def recordings() -> Wrong | str:
    """Recordings must be found by every machine that may be asked for them."""
    place, name = media(), PurePosixPath("incoming", f".doctor-{os.getpid()}")
    try:
        with place.making(name) as path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"doctor")
        found = place.size(name)
        place.remove(name)
    except OSError as error:
        return Wrong(
            f"{_place()} can't be written to ({type(error).__name__}): no recording is taken",
            "see who owns the folder, or COACHLOOP_MEDIA_KEY and COACHLOOP_MEDIA_ENDPOINT",
        )
    if found != len(b"doctor"):
        return Wrong(f"{_place()} gives back other than what was put there", "look at the storage")
    return _place()


def mail() -> Wrong | str:
    """Whether the mail server is there."""
    url = settings.CONFIG.mail_url.get_secret_value()
    if not url:
        return "not configured"
    server = mail_server(url)
    try:
        with socket.create_connection((server.host, server.port), timeout=PATIENCE):
            return f"{server.host}:{server.port}"
    except OSError as error:
        return Wrong(
            f"{server.host}:{server.port}: {_why(error)}; messages wait",
            "look at COACHLOOP_MAIL_URL, and whether this machine may reach it",
        )


def identity_provider() -> Wrong | str:
    """Whether people can sign in by their company's account."""
    issuer = settings.CONFIG.oidc_issuer.rstrip("/")
    if not issuer:
        return "not configured"
    way_out = "look at COACHLOOP_OIDC_ISSUER: it and /.well-known/openid-configuration are an address there"
    try:
        with urlopen(f"{issuer}/.well-known/openid-configuration", timeout=PATIENCE) as answer:  # noqa: S310 -- by its setting
            told = json.load(answer)
    except (OSError, HTTPException, ValueError) as error:
        return Wrong(
            f"{issuer} does not say how to sign in ({_why(getattr(error, 'reason', error))}): nobody can by that account",
            way_out,
        )
    said = str(told.get("issuer", "")) if isinstance(told, dict) else ""
    if said.rstrip("/") != issuer:
        return Wrong(f"{issuer} calls itself {said[:200] or 'nothing'}: whom it names is not believed", way_out)
    return issuer


def variables() -> Wrong | str:
    """A setting whose name is misspelt does nothing, and says nothing."""
    found = settings.CONFIG.unknown()
    if not found:
        return "all known"
    meant = ", ".join(f"{right} for {name}" for name, right in found if right)
    return Wrong(
        f"{', '.join(name for name, _ in found)}: no setting has this name, so it does nothing",
        f"probably {meant}" if meant else "docs/operations.md names them all; take it out of the environment",
    )


def demonstration() -> Wrong | str:
    """Anybody may be anybody there."""
    beyond = settings.CONFIG.https or any(host not in LOCAL for host in _hosts())
    if settings.DEMO and beyond:
        return Wrong(
            "COACHLOOP_DEMO is on, at an address that others reach: anybody may sign in as anybody, by one click",
            "COACHLOOP_DEMO=false, wherever real calls are",
        )
    return "on, for this machine alone" if settings.DEMO else "off"


def watched() -> Wrong | str:
    """The folder that is watched."""
    path = settings.CONFIG.watch
    if path and not (Path(path).is_dir() and os.access(path, os.W_OK | os.X_OK)):
        return Wrong(
            f"{path} is no folder that can be written to: nothing is taken in from there",
            "make it, and give it to the account that runs coachloop",
        )
    return path or "none"


CHECKS: dict[str, Callable[[], Wrong | str]] = {
    "variables": variables,
    "database disk": database_disk,
    "disk space": disk_space,
    "folder": folder,
    "secret key": secret_key,
    "address": addresses,
    "https": plain_http,
    "proxy": proxy,
    "reached": reachable,
    "demonstration": demonstration,
    "recordings": recordings,
    "watched folder": watched,
    "mail server": mail,
    "identity provider": identity_provider,
}


def findings() -> Iterator[Finding]:
    """All of them; one that itself fails says so."""
    for name, check in CHECKS.items():
        try:
            found = check()
        except Exception as error:  # noqa: BLE001 -- what keeps one check from looking is a finding
            found = Wrong(f"could not be looked at ({type(error).__name__})", "see the log")
        wrong = isinstance(found, Wrong)
        yield Finding(
            name,
            ok=not wrong,
            seen=found.what if isinstance(found, Wrong) else found,
            way_out=found.way_out if isinstance(found, Wrong) else "",
        )


def _why(error: object) -> str:
    """Why something can't be reached, as far as it is one of the usual reasons."""
    return next(
        (words for kind, words in REASONS.items() if isinstance(error, kind)), f"no answer ({type(error).__name__})"
    )


REASONS: dict[type, str] = {
    socket.gaierror: "no such name is known to this machine",
    ConnectionRefusedError: "nothing listens there",
    TimeoutError: f"no answer within {PATIENCE:.0f} seconds",
    ssl.SSLError: "its certificate is not believed",
}


def _hosts() -> list[str]:
    return [host.strip() for host in settings.CONFIG.hosts.split(",")]


def _place() -> str:
    return (
        urlsplit(settings.CONFIG.media)._replace(query="").geturl()
        if settings.CONFIG.media
        else str(settings.HOME / "media")
    )


def _mounted_as(path: Path, mounts: Path) -> str:
    """The kind of file system that a path is on, by the longest mount point that it lies under."""
    best = ("", "")
    for line in mounts.read_text().splitlines() if mounts.is_file() else ():
        _, point, kind, *_ = line.split()
        point = point.replace("\\040", " ")
        under = path.is_relative_to(point)
        if under and len(point) >= len(best[0]):
            best = (point, kind)
    return best[1]
