"""`coachloop cluster`: an archive through a Ray cluster. What is to be done stands in the tables or in the folders; this command keeps nothing."""

from collections.abc import Iterator
from itertools import batched
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from django.conf import settings
from django.utils import timezone

from coachloop.adapters.media import Bucket
from coachloop.app.errors import RefusedError
from coachloop.app.queries.audio import waiting_ids
from coachloop.app.queries.templates import find_version, published_as
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import scoring, transcribing
from coachloop.app.services.rollups import refresh_rollups
from coachloop.cli.output import PARTLY_REFUSED, AsJson, err, need_site, out, print_json, progress
from coachloop.cluster.actors import Listens, Reads, Scores
from coachloop.cluster.archive import Archive
from coachloop.cluster.crew import Crew, Job, Needs, cluster, site_mark
from coachloop.cluster.ruler import Ruler, Scored
from coachloop.wiring import scorers

app = typer.Typer(no_args_is_help=True, help="Archives of many millions on a Ray cluster.")

Address = Annotated[
    str | None,
    typer.Option(help="The cluster, such as `auto` on one of its nodes; one of this machine alone if not given."),
]
Most = Annotated[
    int, typer.Option("--workers", min=0, help="The most processes at once; 0: as many as there is room for.")
]
RECORDINGS = 20
"""Recordings of one block: about two hours of calls."""


@app.command()
def score(
    *,
    template: Annotated[str | None, typer.Option(help="Only this template; for an archive also a YAML file.")] = None,
    archive: Annotated[str, typer.Option(help="A folder or s3://… of JSON Lines, scored without the database.")] = "",
    target: Annotated[str, typer.Option("--out", help="Where the archive's verdicts go, as Parquet.")] = "",
    address: Address = None,
    most: Most = 0,
    block: Annotated[int, typer.Option(min=200, help="Conversations of one block.")] = 20_000,
    as_json: AsJson = False,
) -> None:
    """Score all that waits, or an archive of files; ended at any moment, it goes on with what is left."""
    if archive:
        _archive(template, archive, target, address=address, most=most, as_json=as_json)
        return
    need_site()
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") and address:
        raise RefusedError("several machines need PostgreSQL: set DATABASE_URL")
    if template:
        published_as(OPERATOR, template)
    started, tally = perf_counter(), scoring.Tally()
    found = scoring.engines(scorers(), template=template)
    for engine in found:
        scoring.put_down_outdated(engine)
    total = sum(scoring.pending(engine).count() for engine in found)
    with cluster(address), progress("Scoring", total, counts=True) as show:
        for part in Crew(Scores, Needs(most=most), site_mark()).through(_blocks(found, block)):
            tally.add(part)
            show(part.evaluations + part.postponed)
    scoring.record_scoring(OPERATOR, tally, now=timezone.now())
    refresh_rollups()
    seconds = perf_counter() - started
    told = {"conversations": tally.evaluations, "postponed": tally.postponed, "seconds": round(seconds, 1)}
    if as_json:
        print_json(told)
        return
    out.print(f"{tally.evaluations:,} conversations x templates scored in {seconds:.0f} s.", highlight=False)
    if tally.postponed:
        out.print(f"  {tally.postponed:,} wait for a scorer; they go on with the next run", highlight=False)


def _blocks(engines: tuple[scoring.Engine, ...], size: int) -> Iterator[Job]:
    """What waits in stretches of ids, found as they are asked for: what others scored meanwhile is passed over."""
    for engine in engines:
        last = 0
        while first := _ids(engine, after=last).first():
            last = _ids(engine, after=last)[size - 1 : size].first() or _ids(engine, after=last).last() or first
            yield Job("score", (engine.template.core.key, first, last))


def _ids(engine: scoring.Engine, *, after: int):  # type: ignore[no-untyped-def]
    return scoring.pending(engine).filter(id__gt=after).order_by("id").values_list("id", flat=True)


def _archive(template: str | None, source: str, target: str, *, address: str | None, most: int, as_json: bool) -> None:
    if not template or not target:
        raise RefusedError("an archive needs --template, a key or a YAML file, and --out, where its verdicts go")
    started = perf_counter()
    files = Archive(_ruler(template), _place(source), _place(target))
    there, lying = files.done(), files.files()
    todo = [Job("file", (one,)) for one in lying if files.target_of(one) not in there]
    whole = Scored("")
    with progress("Scoring files", len(todo), counts=True) as show:
        for part in _through(files, todo, address=address, most=most):
            whole.conversations += part.conversations
            whole.refused += part.refused
            whole.others += part.others
            whole.reasons += part.reasons
            show(1)
    told = {
        "files": len(todo), "files_known": len(lying) - len(todo), "conversations": whole.conversations,
        "refused": whole.refused, "of_another_kind": whole.others, "seconds": round(perf_counter() - started, 1),
    }  # fmt: skip
    if as_json:
        print_json(told)
    else:
        known = f"; {told['files_known']:,} were there" if told["files_known"] else ""
        out.print(f"{whole.conversations:,} conversations of {len(todo):,} files scored{known}.", highlight=False)
        for reason in whole.reasons[:20]:
            err.print(f"  refused {reason}", markup=False, highlight=False)
    if whole.refused:
        raise typer.Exit(PARTLY_REFUSED)


def _through(files: Archive, todo: list[Job], *, address: str | None, most: int) -> Iterator[Scored]:
    if todo:
        with cluster(address):
            yield from Crew(Reads, Needs(most=most), files.ruler, files.source, files.target).through(todo)


def _ruler(template: str) -> Ruler:
    """A template by its file, which needs no site, or by its key."""
    if Path(template).suffix in {".yaml", ".yml"}:
        return Ruler(Path(template).read_text(encoding="utf-8"), 0, timezone.now())
    need_site()
    found = published_as(OPERATOR, template)
    return Ruler(find_version(OPERATOR, f"{template}@{found.number}").text, found.number, timezone.now())


def _place(address: str) -> Bucket:
    if address.startswith("s3://"):
        config = settings.CONFIG
        key, secret = config.media_key.get_secret_value(), config.media_secret.get_secret_value()
        return Bucket(address.rstrip("/"), key, secret, config.media_endpoint)
    return Bucket(str(Path(address).resolve()))


@app.command()
def transcribe(
    *,
    address: Address = None,
    most: Most = 0,
    gpus: Annotated[
        float, typer.Option(min=0, help="Graphics cards of each process; a share where several fit on one.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Make words of all recordings that wait; ended at any moment, it goes on with what is left."""
    need_site()
    started, whole = perf_counter(), transcribing.Tally()
    ids = waiting_ids()
    jobs = (Job("transcribe", (part,)) for part in batched(ids, RECORDINGS))
    with cluster(address), progress("Listening", len(ids), counts=True) as show:
        for part in Crew(Listens, Needs(gpus=gpus, most=most), site_mark()).through(jobs):
            whole.done += part.done
            whole.failed += part.failed
            whole.waits = part.waits or whole.waits
            show(part.done + len(part.failed))
    told = {"transcribed": whole.done, "failed": len(whole.failed), "waits": whole.waits}
    if as_json:
        print_json(told | {"seconds": round(perf_counter() - started, 1)})
        return
    out.print(f"{whole.done:,} recordings transcribed.", highlight=False)
    for name, reason in whole.failed:
        err.print(f"  can't be transcribed: {name}: {reason}", markup=False, highlight=False)
    if whole.waits:
        out.print(f"  the others wait: {whole.waits}", markup=False, highlight=False)
