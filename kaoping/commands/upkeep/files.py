"""Commands for the ledger as a file: copy it while it is written to, and put a copy back."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.office.upkeep.backups import Backup, Copy, back_up
from kaoping.office.upkeep.backups import restore as put_back
from kaoping.papers import terminal


@asks("ledger", "lang", "as_json")
def backup(
    asked: Asked,
    to: Annotated[Path, typer.Argument(help="the file to write; the checkpoints lie beside it")],
    accounts: Annotated[Path | None, typer.Option("--accounts", help="copy this file of accounts too, to TO.accounts")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="replace a backup that is there")] = False,
) -> None:  # fmt: skip
    """Copy the ledger, while others write to it, and verify the copy."""
    session = asked.session()
    made = back_up(session, to, accounts, replace=replace)
    if asked.as_json:
        terminal.answer(backup_json(made))
        return
    say = session.language.say
    told = "Backed up and verified: {position} events in {batches} batches. Head {hash}"
    terminal.tell(say(told, position=made.report.position, batches=made.report.batches, hash=made.report.hash))
    terminal.tell(say("Checkpoint {checkpoint}", checkpoint=f"{made.report.position}:{made.report.root}"))
    for one in filter(None, (made.ledger, made.accounts)):
        terminal.tell(say("{path}, {size} bytes, SHA-256 {sha256}", path=one.path, size=one.size, sha256=one.sha256))
    terminal.tell(say("Keep the checkpoint where the ledger is not. To put it back: kaoping restore {path}", path=to))


def backup_json(made: Backup) -> dict[str, Any]:
    """The document of `kaoping backup --json`."""
    told = made.report
    return {
        "sound": True, "position": told.position, "hash": told.hash, "batches": told.batches,
        "checkpoint": f"{told.position}:{told.root}", "ledger": _copy_json(made.ledger),
        "accounts": None if made.accounts is None else _copy_json(made.accounts),
    }  # fmt: skip


def _copy_json(one: Copy) -> dict[str, Any]:
    return {"path": str(one.path), "bytes": one.size, "sha256": one.sha256}


@asks("ledger", "lang", "as_json")
def restore(
    asked: Asked,
    source: Annotated[Path, typer.Argument(metavar="FROM", help="the backup")],
) -> None:  # fmt: skip
    """Put a backup in the ledger's place, once it verifies; what lay there is kept under another name."""
    session = asked.session()
    done = put_back(session, source)
    told = done.report
    if asked.as_json:
        terminal.answer({
            "sound": True, "position": told.position, "hash": told.hash, "batches": told.batches,
            "checkpoint": f"{told.position}:{told.root}", "path": str(done.path), "aside": [str(one) for one in done.aside],
            "went_on_to": done.lost,
        })  # fmt: skip
        return
    say = session.language.say
    restored = "Restored to {path}: {position} events in {batches} batches. Head {hash}"
    terminal.tell(say(restored, path=done.path, position=told.position, batches=told.batches, hash=told.hash))
    if done.aside:
        terminal.tell(say("What lay there is kept: {files}", files="、".join(str(one) for one in done.aside)))
    if done.lost is not None:
        terminal.tell(
            say(
                "Note: it went on to event {lost}, and not all of that is in the ledger now. Import those files again, and enter again"
                " what was entered by hand.",
                lost=done.lost,
            )
        )
