"""Tables for spreadsheets of people who do not know who named their networks and images."""

import csv
import io
from pathlib import Path

import pytest

from archforge.compare.tables import csv_text
from archforge.report.page import Table
from tests.report.byhand import a_comparison, rows_of


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("https://a.example")', "@SUM(A1)", "+1+cmd", "-1+cmd", "\tx"]
)
def test_no_text_is_a_formula_in_a_spreadsheet(name: str) -> None:
    table = Table("Scores", ["name"], [[name]])

    (row,) = csv.reader(io.StringIO(csv_text([[name]]), newline=""))
    (_, cell) = csv.reader(io.StringIO(table.csv, newline=""))

    assert row == cell == [f"'{name}"]


def test_numbers_and_harmless_texts_stay_as_they_are() -> None:
    cells = ["-0.5", "-1e-05", "+2", "-inf", "-", "a=b", "unet:small", "", "5"]

    assert rows_of(csv_text([[*cells, -3, -0.25, None]])) == [[*cells, "-3", "-0.25", ""]]


def test_the_files_of_a_comparison_hold_no_formula_of_a_stranger(tmp_path: Path) -> None:
    a_comparison(tmp_path / "table", ["=1+1", "@x"])

    for name in ("comparison.csv", "images.csv", "pairs.csv"):
        cells = {cell for row in rows_of((tmp_path / "table" / name).read_text()) for cell in row}
        assert {"'=1+1", "'@x"} <= cells
        assert not {"=1+1", "@x"} & cells
