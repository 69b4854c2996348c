"""Files opened in an editor, for tests that ask one feature directly."""

from pathlib import Path

from archforge.catalog import shipped
from archforge.studio.opened import Opened
from archforge.studio.texts import Text

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted((ROOT / "tests" / "expand" / "examples").glob("*.yaml"))
SPECS = [*shipped().values(), *EXAMPLES]
"""Every shipped spec, and those of the language."""

CURSOR = "|"


def opened(text: str, file: str = "spec.yaml") -> Opened:
    """A file that was looked at."""
    found = Opened(file, Text(text))
    found.look()
    return found


def opened_file(path: Path) -> Opened:
    """A file on disk that was looked at."""
    return opened(path.read_text(), str(path))


def at_cursor(text: str) -> tuple[str, int]:
    """A text without its ``|``, and where that stood."""
    return text.replace(CURSOR, "", 1), text.index(CURSOR)
