"""Models as data: what there is, getting it, checking it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from coachloop.adapters.models.catalogue import CATALOGUE, MINILM, VOICES, WHISPER, Model
from coachloop.adapters.models.getting import MEGABYTE, ensure, get, sources
from coachloop.adapters.models.sources import Source
from coachloop.adapters.models.store import ModelError, check, folder_of, is_here, model, state_of
from coachloop.app.queries.health import Finding
from coachloop.cli.output import PARTLY_REFUSED, AsJson, err, out, print_json, progress, show_rows, stop

app = typer.Typer(help="Models: data with a pinned SHA-256, never code.", no_args_is_help=True)

Names = Annotated[list[str], typer.Argument(help="As `models list` calls them.")]
Some = Annotated[list[str] | None, typer.Argument(help="As `models list` calls them; nothing: those that are here.")]
From = Annotated[
    Path | None,
    typer.Option("--from", exists=True, help="The file, or a folder with the files or wheels, and nowhere else."),
]


@app.command("list")
def list_models(*, as_json: AsJson = False) -> None:
    """What there is to get, and what is here."""
    show_rows(
        (
            {
                "model": one.name,
                "what": one.purpose,
                "licence": one.licence,
                "megabytes": round(one.size / MEGABYTE),
                "here": is_here(one.name, settings.HOME),
            }
            for one in CATALOGUE
        ),
        as_json=as_json,
    )


@app.command("get")
def get_models(names: Names, *, local: From = None, as_json: AsJson = False) -> None:
    """Get models, check them, and put them in the site's folder; what is right already is kept."""
    try:
        rows = [_get(wanted, sources(local), as_json=as_json) for wanted in [model(name) for name in names]]
    except ModelError as error:
        stop(str(error))
    if as_json:
        print_json(rows)


def _get(wanted: Model, places: Sequence[Source], *, as_json: bool) -> dict[str, object]:
    with _bar(wanted) as show:
        got = get(wanted, settings.HOME, places=places, progress=show)
    folder, came = folder_of(wanted.name, settings.HOME), sorted({one.source for one in got} - {""})
    if not as_json:
        out.print(
            f"{wanted.name} is in {folder}" + (f", from {' and '.join(came)}." if came else " already."),
            highlight=False,
        )
    return {"model": wanted.name, "folder": str(folder), "from": came}


@contextmanager
def _bar(wanted: Model) -> Iterator[Callable[[int], None]]:
    with progress(f"Getting {wanted.name} (MB)", round(wanted.size / MEGABYTE)) as show:
        yield lambda done: show(done // MEGABYTE)


@app.command("verify")
def verify_models(names: Some = None, *, as_json: AsJson = False) -> None:
    """Read every file and compare its SHA-256; ends with 1 where one is missing or damaged."""
    here = [one.name for one in CATALOGUE if folder_of(one.name, settings.HOME).is_dir()]
    try:
        checked = [(name, one) for name in names or here for one in check(model(name), settings.HOME)]
    except ModelError as error:
        stop(str(error))
    rows = ({"model": name, "file": one.file.name, "state": one.state, "path": str(one.path)} for name, one in checked)
    show_rows(rows, as_json=as_json, empty="No models here; `coachloop models get NAME` gets one.")
    if any(one.state != "ready" for _, one in checked):
        raise typer.Exit(PARTLY_REFUSED)


def ensure_text_model() -> None:
    """Try to have the sentence model before work that is better with it; goes on without, in words."""
    if not settings.CONFIG.embeddings and not is_here(MINILM, settings.HOME):
        with _bar(model(MINILM)) as show:
            ensure(MINILM, settings.HOME, tell=_tell, progress=show)


def ensure_speech_models() -> None:
    """Try to have what transcribes and tells voices apart before the first recording; goes on without, in words."""
    config = settings.CONFIG
    wanted = [] if config.speech or config.speech_url else [WHISPER]
    wanted += [] if config.voices_segmentation else [VOICES]
    for name in wanted:
        if not is_here(name, settings.HOME):
            with _bar(model(name)) as show:
                ensure(name, settings.HOME, tell=_tell, progress=show)


def _tell(sentence: str) -> None:
    err.print(sentence, markup=False, highlight=False)


def text_model() -> Finding:
    """What `doctor` says about the sentence model; the files are read in full."""
    setting, check_name = settings.CONFIG.embeddings, "text model"
    if setting:
        return Finding(
            check_name, ok=True, seen="off: learned scorers go by words alone" if setting == "off" else setting
        )
    way_out = f"`coachloop models get {MINILM}`"
    match state_of(MINILM, settings.HOME):
        case "ready":
            return Finding(check_name, ok=True, seen=MINILM)
        case "missing":
            return Finding(check_name, ok=True, seen="none: learned scorers go by words alone", way_out=way_out)
        case "damaged":
            return Finding(check_name, ok=False, seen=f"{MINILM} is damaged", way_out=way_out)
