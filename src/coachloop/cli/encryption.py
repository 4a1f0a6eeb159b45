"""`coachloop privacy encrypt`, `decrypt` and `rotate-key`: words in the database, and the keys that they are encrypted with."""

from typing import Annotated

import typer
from django.utils import timezone

from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import data_keys, encrypting
from coachloop.cli.output import AsJson, need_site, progress, say

REWRITTEN = " The database's file was written anew, so that nothing of them is left in it."
VACUUMED = " What stood there before is freed by VACUUM, and overwritten by and by; VACUUM FULL rewrites the tables, while nobody works."
BUSY = " Somebody was at work, so the file could not be written anew: run it once more while nobody is, or old words stay in its free room."


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(encrypt)
    app.command()(decrypt)
    app.command("rotate-key")(rotate_key)


def encrypt(*, as_json: AsJson = False) -> None:
    """Encrypt the words that came in before COACHLOOP_ENCRYPTION_KEY was set; ended at any moment, it goes on where it was."""
    need_site()
    with progress("rows", encrypting.left(sealing=True), counts=True) as show:
        done = encrypting.encrypt(viewer=OPERATOR, now=timezone.now, progress=show)
    say(f"{done.count:,} rows are encrypted.{_rest(done)}", _told(done), as_json=as_json)


def decrypt(
    *,
    forget_keys: Annotated[
        bool,
        typer.Option(
            "--forget-keys", help="Afterwards, once every process was started with off: delete the data keys."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let all words stand in the database as they were said again; `off` stands before the key in COACHLOOP_ENCRYPTION_KEY then."""
    need_site()
    if forget_keys:
        gone = encrypting.forget_keys(viewer=OPERATOR, now=timezone.now())
        say(f"{gone} data keys are deleted: COACHLOOP_ENCRYPTION_KEY may go.", {"data_keys": gone}, as_json=as_json)
        return
    with progress("rows", encrypting.left(sealing=False), counts=True) as show:
        done = encrypting.decrypt(viewer=OPERATOR, now=timezone.now, progress=show)
    way_on = " `coachloop privacy decrypt --forget-keys` ends it."
    say(f"{done.count:,} rows are as they were said.{way_on}", _told(done), as_json=as_json)


def rotate_key(*, as_json: AsJson = False) -> None:
    """Wrap the data keys with the newest key of COACHLOOP_ENCRYPTION_KEY, which stands first; the older ones may go then."""
    need_site()
    count = data_keys.rotate(viewer=OPERATOR, now=timezone.now())
    sentence = f"{count} data keys are wrapped with the newest key; take the older ones out of COACHLOOP_ENCRYPTION_KEY, and keep them as long as backups from before."
    say(sentence, {"data_keys": count}, as_json=as_json)


def _rest(done: encrypting.Turned) -> str:
    if done.scrubbed.vacuumed:
        return VACUUMED
    return REWRITTEN if done.scrubbed.overwritten else BUSY


def _told(done: encrypting.Turned) -> dict[str, object]:
    return {
        "rows": done.count,
        "by_table": {k: n for k, n in done.rows.items() if n},
        "rewritten": done.scrubbed.overwritten,
    }
