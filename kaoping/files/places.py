"""Where the data that travels with Kaoping lies. It loads nothing else, so that a word of help costs no room."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def data_folder() -> Path:
    """Where the data lies: inside the installed package, or beside it in a checkout."""
    installed = ROOT / "data"
    return installed if installed.is_dir() else ROOT.parent / "data"
