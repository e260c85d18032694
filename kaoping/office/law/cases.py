"""A rulebook's own worked cases, tried."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from kaoping.files import folder
from kaoping.files.cases import read_cases
from kaoping.office.session import Session
from ledger.sentences import UserError, sentence
from metrics.derive import clock_of
from scoring.scores.cases import Case, Outcome, try_cases
from scoring.scores.sheets import Judging


class CasesFail(UserError):
    """A rulebook's own worked cases do not come out."""


def case_outcomes(session: Session, own: Path | None = None) -> list[Outcome]:
    """The worked cases of a file or folder tried; without one those that travel with the rulebook."""

    def tried() -> list[Outcome]:
        return list(try_cases(lambda taken: _judging(session, taken), _cases(session.book().id, own)))

    return session.once(("cases",), tried) if own is None else tried()


def case_text(book: str) -> str:
    """The files of the worked cases that travel with a rulebook, one after another. Raises CasesFail where there are none."""
    texts = [folder.text_of(path) for path in folder.cases_of(book)]
    if not texts:
        raise CasesFail(sentence("there are no cases for {book}.", book=book), "Name your own with --cases.")
    return "\n".join(texts)


def refuse_failed(book: str, outcomes: Sequence[Outcome]) -> None:
    """Raises CasesFail where there are no cases, or some do not come out."""
    if not outcomes:
        raise CasesFail(sentence("there are no cases for {book}.", book=book), "Name your own with --cases.")
    if failed := sum(not one.holds for one in outcomes):
        raise CasesFail(sentence("{failed} of {count} cases do not come out.", failed=failed, count=len(outcomes)))


def _judging(session: Session, taken: Mapping[str, str]) -> Judging:
    book = folder.rulebook(session.rulebook, taken)
    return Judging(book, clock_of(session.calendar(), book.practice()), as_of=10**14)


def _cases(book: str, own: Path | None) -> list[Case]:
    if own is None:
        paths = folder.cases_of(book)
    else:
        paths = sorted(own.glob("*.toml")) if own.is_dir() else [own]
    return [case for path in paths for case in read_cases(folder.text_of(path), path.name)]
