"""A letterhead: what an office's bulletin says of the office, in a TOML file beside its own template, if it has one."""

from pathlib import Path

import attrs

from kaoping.files.folder import load, text_of
from kaoping.files.places import data_folder
from kaoping.files.toml.strict import FileKind


@attrs.frozen(kw_only=True)
class Letterhead:
    """发文机关 and what goes with it. What is not given stands in the paper as a blank to fill in by hand.

    `office` signs; `mark` is what stands in red (else the office with 文件); `number` is used where the publication names none;
    `to` 主送机关; `demands` the paragraphs of the last section; `copies` 抄送机关; `printed_by` 印发机关; `sealed`: room for a seal.
    `template`: the office's own .docx, beside this file.
    """

    format: int = 1
    office: str = "（发文机关）"
    mark: str = ""
    number: str = ""
    to: str = "（主送机关）"
    demands: tuple[str, ...] = ()
    copies: str = ""
    printed_by: str = ""
    sealed: bool = True
    template: str = ""


KIND = FileKind(shape=Letterhead, judge=lambda _: ())


def read_letterhead(path: Path | None) -> tuple[Letterhead, bytes]:
    """The letterhead with its template's bytes: ours, unless it names one. Raises NoSuchFile, UnusableFile."""
    one = Letterhead() if path is None else KIND.read(text_of(path), path.name)
    if path is not None and one.template:
        return one, load(path.parent / one.template).data
    return one, load(data_folder() / "papers" / "bulletin.docx").data
