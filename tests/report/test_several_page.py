"""The page of several data sets: ranks as they stand, each data set in short, nothing else."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from archforge.compare.reading import read_several
from archforge.report.page import html
from archforge.report.reporting import page_of
from tests.refusals import refusal
from tests.report.byhand import EVIL, PLAIN, Read, a_several, rows_of


@pytest.fixture
def several(home: Path, tmp_path: Path) -> Path:
    """A comparison over two data sets of the test's own."""
    return shutil.copytree(home / "several", tmp_path / "several")


def test_it_reads_back_as_it_was_written(tmp_path: Path) -> None:
    written = a_several(tmp_path / "several")

    read, _ = read_several(tmp_path / "several")

    assert read == written


def test_its_numbers_are_those_of_the_record_and_of_the_table(
    home: Path, texts: dict[str, str]
) -> None:
    found, _ = read_several(home / "several")
    assert found.ranking is not None

    tables = {name: rows_of(text) for name, text in Read(texts["several"]).tables().items()}

    first = next(name for name in tables if name.startswith("mean-rank-and-dice"))
    assert tables[first] == rows_of((home / "several" / "ranks.csv").read_text())
    assert {line[0]: float(line[1]) for line in tables[first][1:]} == found.ranking.ranks
    # In the comparisons made by hand each network is better than the one that is named before it.
    assert found.ranking.ranks == {"third": 1.0, EVIL: 2.0, PLAIN: 3.0}
    scores = {row.architecture: row.mean for row in found.comparisons[1].trained}
    assert {line[0]: float(line[3]) for line in tables[first][1:]} == scores
    bars = tables["mean-ranks-with-their-critical-difference.csv"][1:]
    assert {float(line[2]) for line in bars} == {found.ranking.critical}
    each = tables["dice-on-each-data-set.csv"][1:]
    assert [float(line[2]) for line in each[:3]] == [
        row.mean for row in found.comparisons[0].trained
    ]


def test_each_data_set_has_its_own_words_and_table(texts: dict[str, str]) -> None:
    page = Read(texts["several"])

    titles = page.said("h2")

    assert titles[:2] == ["What the numbers carry", "Ranks"]
    assert titles[2] == "Data set 1: nuclei"
    assert titles[3].startswith("Data set 2: <script>")
    assert "2 data sets are few: ranks over them say little." in page.said("li")
    assert page.said("li").count("A note.") == 2
    assert "archforge compare unet --data 'my images'" in page.said("pre")


def test_a_data_set_that_was_made_again_is_ranked_as_it_stands_now(several: Path) -> None:
    path = several / "nuclei" / "comparison.json"
    facts = json.loads(path.read_text())
    for training in facts["trainings"]["third"]:
        training["images"] = dict.fromkeys(training["images"], 0.1)
    path.write_text(json.dumps(facts))

    found, _ = read_several(several)

    assert found.ranking is not None
    assert found.ranking.ranks["third"] == 2.0  # the last of three here, the first there


def test_a_network_that_failed_on_one_data_set_has_no_rank_and_stands_last(several: Path) -> None:
    path = several / "nuclei" / "comparison.json"
    facts = json.loads(path.read_text())
    del facts["trainings"]["third"]
    path.write_text(json.dumps(facts))

    text = html(page_of(several))

    found, _ = read_several(several)
    name, rank, scores = found.ranks()[-1]
    assert (name, rank, scores[0]) == ("third", None, None)
    assert found.ranking is None
    assert "2 networks on 2 data sets are too few to rank." in "".join(Read(text).said("li"))


@pytest.mark.parametrize(
    "data", [None, [], "nuclei", [3], [".."], ["../nuclei"], ["/etc"], [""], ["nuclei/."]]
)
def test_a_record_leads_to_no_folder_but_those_beside_it(several: Path, data: Any) -> None:
    path = several / "several.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "data": data}))

    refused = refusal(lambda: page_of(several))

    assert "AF624 the record 'several.json' of the comparison is damaged" in refused


def test_a_data_set_whose_comparison_was_removed_is_named(several: Path) -> None:
    shutil.rmtree(several / "nuclei")

    refused = refusal(lambda: page_of(several))

    assert f"AF624 there is no comparison in '{several / 'nuclei'}'" in refused
