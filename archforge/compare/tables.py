"""Tables as CSV, for people and their spreadsheets.

Names come from specs, files and folders of strangers, and a spreadsheet takes a text that begins
like a formula for one: ``=HYPERLINK(...)`` sends what stands beside it to whoever wrote it. Nothing
of what is written here is read back.

Source: OWASP, CSV Injection.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

FORMULAS = ("=", "+", "-", "@", "\t")


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV: numbers as they are, and no text a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_cell(each) for each in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """A value, or a text behind the quote by which spreadsheets know texts."""
    formula = isinstance(value, str) and value.startswith(FORMULAS) and len(value) > 1
    return f"'{value}" if formula and not _is_number(value) else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
