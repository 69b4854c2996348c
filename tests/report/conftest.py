"""A folder of each kind that has a page, and its page."""

import shutil
from pathlib import Path

import pytest

from archforge.report.page import Page, html
from archforge.report.reporting import page_of
from archforge.report.study_page import page_of_study
from tests.report.byhand import (
    KINDS,
    a_classifier,
    a_comparison,
    a_run_folder,
    a_several,
    a_study,
    classifiers,
)


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of each kind in it, which no test changes."""
    home = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["/bin/archforge", "compare", "unet", "--data", "my images"])
        a_comparison(home / "comparison")
        a_several(home / "several")
        classifiers(home / "classifiers")
    a_run_folder(home / "run")
    a_classifier(home / "classifier")
    return home


@pytest.fixture
def table(home: Path, tmp_path: Path) -> Path:
    """A comparison of the test's own."""
    return shutil.copytree(home / "comparison", tmp_path / "table")


@pytest.fixture(scope="package")
def pages(home: Path) -> dict[str, Page]:
    """The page of each kind."""
    study = page_of_study(a_study(home / "study"))
    return {**{name: page_of(home / name) for name in KINDS if name != "study"}, "study": study}


@pytest.fixture(scope="package")
def texts(pages: dict[str, Page]) -> dict[str, str]:
    """The same as HTML."""
    return {kind: html(page) for kind, page in pages.items()}
