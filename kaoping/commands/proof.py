"""Commands that prove: the ledger is as it was appended, a ticket's facts stand in it, and it only grew."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.files import folder
from kaoping.language.language import Language
from kaoping.office.proofs import Checked, SoundLedger, prove_growth, prove_ticket, read_checkpoint, read_proof
from kaoping.office.proofs import check_proof as check
from kaoping.office.proofs import verify as ledger_verified
from kaoping.office.session import Differs, WrongArgument
from kaoping.office.traces import ONLY_TOLD
from kaoping.papers import terminal
from kaoping.reports.intake.batches import dated_ahead, dated_json
from ledger.sentences import sentence

CheckpointOption = Annotated[
    list[str] | None,
    typer.Option("--checkpoint", help="a checkpoint kept elsewhere, written SIZE:ROOT, may be given several times"),
]


HELD = {
    "all": "{path} holds what the ledger says.",
    "events": "{path} holds the ledger's events. Its verdicts are by another rulebook, calendar or version, and were not looked at.",
    "nothing": "Beside the ledger lies no mirror that a score would read.",
}
"""What verify says of a mirror by what of it was held against the ledger."""


@asks("rulebook", "calendar", "ledger", "lang", "as_json")
def verify(
    asked: Asked,
    checkpoint: CheckpointOption = None,
    mirror: Annotated[bool, typer.Option("--mirror", help="derive again also what is kept beside the ledger, by the rules named")] = False,
) -> None:  # fmt: skip
    """Verify the ledger: derive every hash again, and hold it against the checkpoints beside it and those kept elsewhere."""
    session = asked.session()
    found = ledger_verified(session, [read_checkpoint(text) for text in checkpoint or ()], mirrored=mirror)
    told, attested = found.report, found.attested_to
    if asked.as_json:
        terminal.answer({
            "sound": True, "position": told.position, "hash": told.hash, "batches": told.batches,
            "checkpoint": f"{told.position}:{told.root}", "attested_to": attested, "attested_by": found.attested_by,
            "dated_ahead": [dated_json(one) for one in found.ahead],
            "derived_rows_left": found.mirror is not None and found.differing is None,
            **({} if found.differing is None else {"mirror_differs": list(found.differing), "mirror_held": found.held}),
        })  # fmt: skip
        _refuse_differing(found)
        return
    say = session.language.say
    sound = "Sound: {position} events in {batches} batches, as they were appended. Head {hash}"
    terminal.tell(say(sound, position=told.position, batches=told.batches, hash=told.hash))
    terminal.tell(say("Checkpoint {checkpoint}", checkpoint=f"{told.position}:{told.root}"))
    if attested:
        terminal.tell(
            say("Attested up to event {attested} by {what}.", attested=attested, what="、".join(found.attested_by))
        )
    if attested < told.position:
        said = "Note: checkpoints kept outside the file attest it up to event {attested}; nothing shows whether its end was cut off."
        terminal.tell(say(said, attested=attested))
    elif not checkpoint:
        said = "Whoever cuts off the ledger's end and its lines there is seen only by a checkpoint kept elsewhere: keep this one."
        terminal.tell(say(said))
    for one in found.ahead:
        terminal.tell(dated_ahead(session.language, one))
    if found.mirror and found.differing is None:
        said = "Note: {path} saves deriving again; it was not looked at. kaoping verify --mirror derives it again."
        terminal.tell(say(said, path=found.mirror))
    elif found.held is not None and not found.differing:
        terminal.tell(say(HELD[found.held], path=found.mirror or ""))
    _refuse_differing(found)


def _refuse_differing(found: SoundLedger) -> None:
    """Raises Differs where files beside the ledger did not hold what it says."""
    if found.differing:
        said = (
            "The ledger is sound. Beside it lay what does not follow from it by these rules, and was deleted: {files}"
        )
        why = sentence(said, files="、".join(found.differing))
        raise Differs(why, "Ask again for scores shown since; what is published rests on the ledger alone.")


@asks("as_of", "rulebook", "calendar", "ledger", "lang", "as_json")
def prove(
    asked: Asked,
    ticket: Annotated[str | None, typer.Argument(help="the ticket's number")] = None,
    since: Annotated[str | None, typer.Option("--since", help="prove that the ledger only grew since this checkpoint, SIZE:ROOT")] = None,
    output: Annotated[Path | None, typer.Option("--output", help="the file to write; without one TICKET.proof.json")] = None,
) -> None:  # fmt: skip
    """Prove a ticket's facts, or that the ledger only grew; the proof is checked without the ledger."""
    session = asked.session()
    if (ticket is None) == (since is None):
        raise WrongArgument("give either a ticket or --since.", "Write it like: kaoping prove GX20230504-0008")
    bundle = prove_growth(session, str(since)) if ticket is None else prove_ticket(session, ticket, asked.as_of)
    if asked.as_json:
        terminal.answer(bundle)
        return
    name = re.sub(r"[^\w.-]", "_", ticket or "growth")
    path = output or Path(f"{name}.proof.json")
    path.write_text(json.dumps(bundle, ensure_ascii=False, indent=1) + "\n", "utf-8")
    checkpoint = f"{bundle['checkpoint']['size']}:{bundle['checkpoint']['root']}"
    terminal.tell(
        session.language.say("Written: {path}. It rests on checkpoint {checkpoint}", path=path, checkpoint=checkpoint)
    )


@asks("lang", "as_json")
def check_proof(
    asked: Asked,
    file: Annotated[Path, typer.Argument(help="the proof")],
    checkpoint: CheckpointOption = None,
) -> None:  # fmt: skip
    """Check a proof; no ledger is needed."""
    session = asked.session()
    bundle = read_proof(folder.text_of(file))
    found = check(bundle, [read_checkpoint(text) for text in checkpoint or ()])
    held = f"{bundle['checkpoint']['size']}:{bundle['checkpoint']['root']}"
    if asked.as_json:
        terminal.answer({
            "holds": True, "proves": bundle["proves"], "ticket": bundle.get("ticket"), "checkpoint": held,
            **({} if bundle["proves"] == "growth" else checked_json(found)),
        })  # fmt: skip
        return
    say = session.language.say
    if bundle["proves"] == "growth":
        terminal.tell(say("It holds: the ledger of checkpoint {checkpoint} only added to that of {first} events.",
            checkpoint=held, first=bundle["first"]["size"]))  # fmt: skip
        return
    count = len(bundle["events"])
    terminal.tell(say("It holds: {count} events of ticket {ticket} stand in the ledger of checkpoint {checkpoint}.",
        count=count, ticket=bundle["ticket"], checkpoint=held))  # fmt: skip
    for line in checked_lines(session.language, found):
        terminal.tell(line)
    terminal.tell(say("Hold the checkpoint against the one the office published."))


def checked_json(found: Checked) -> dict[str, Any]:
    """What follows from the proved facts, what was published, and what is only told."""
    rules = found.rules
    by = None if rules is None else {
        "rulebook": rules.book.digest, "calendar": rules.calendar.digest(), "installed": rules.installed,
    }  # fmt: skip
    return {"follows": by, "published": list(found.published), "only_told": list(ONLY_TOLD)}


def checked_lines(language: Language, found: Checked) -> Iterator[str]:
    """The same, in sentences."""
    say, rules = language.say, found.rules
    if rules is None:
        yield say(
            "Not checked: whether the verdicts follow from them. Its rulebook and calendar are neither in the proof nor here."
        )
    else:
        yield say("Its verdicts, and where they count, follow from them by rulebook {rulebook} and calendar {calendar}.",
            rulebook=rules.book.digest, calendar=rules.calendar.digest())  # fmt: skip
        if not rules.installed:
            yield say("These rules came with the proof: hold their digests against the published ones.")
    for one in found.published:
        yield say("Published (#{position}, {period}): {unit}, {item} {score} of {points} points", **one)
    yield say(
        "Only told: what each verdict cost in points (it depends on other tickets), names and times of imports, the moment asked about."
    )
