"""The pages are true where a test can tell: links lead somewhere, specs have no problem."""

import re
from pathlib import Path

import pytest

from archforge.blocks import BLOCKS
from archforge.catalog import check, shipped
from archforge.cli import COMMANDS, PROBLEMS, run
from archforge.docs import write_docs
from archforge.errors import CODES, ProblemError
from archforge.layers import LAYERS
from tests.plugins.packages import LAB, lab_paths, metadata, on_path

README = Path(__file__).parents[2] / "README.md"
# A spec below `## Wrong` has the problem that its page is about; tests/contracts looks at those.
YAML = re.compile(r"(## Wrong\n\n)?```yaml\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, with the plug-in `lab` installed."""
    folder = tmp_path_factory.mktemp("docs")
    with on_path(*lab_paths(folder / "site")):
        assert run(["docs", str(folder / "reference")]) == 0
    return folder / "reference"


def right_specs(text: str) -> list[str]:
    return [spec for wrong, spec in YAML.findall(text) if not wrong]


def test_everything_that_is_registered_has_its_page(docs: Path) -> None:
    found = {path.relative_to(docs).as_posix() for path in docs.rglob("*.*")}

    wanted = {f"layers/{name}.md" for name in [*LAYERS, "lab.SpaceToDepth"]}
    wanted |= {f"blocks/{name}.md" for name in [*BLOCKS, "lab.gate"]}
    wanted |= {f"problems/{code}.md" for code in CODES}
    wanted |= {f"commands/{name}.md" for name in COMMANDS}
    wanted |= {f"architectures/{name}{end}" for name in shipped() for end in (".md", ".svg")}
    assert found == wanted | {"index.md", "gallery.md", "plugins.md", ".archforge-docs"}


def test_the_gallery_shows_every_network_with_its_figures(docs: Path) -> None:
    text = (docs / "gallery.md").read_text()

    assert all(f"](architectures/{name}.svg)" in text for name in shipped())
    assert "`unet`, 2015: 31,030,658 parameters, 150,428,424,448 MACs." in text
    assert text.index("## For classification") < text.index("## For segmentation")


def test_every_link_leads_to_a_page_and_every_page_is_led_to(docs: Path) -> None:
    led = {docs / "index.md"}
    for page in docs.rglob("*.md"):
        for link in LINK.findall(page.read_text()):
            target = (page.parent / link).resolve()
            assert target.is_file(), f"{page.relative_to(docs)} links to {link}"
            led.add(target)

    assert led >= set(docs.rglob("*.md")) | set(docs.rglob("*.svg"))


def test_every_spec_of_a_page_has_no_problem(docs: Path, tmp_path: Path) -> None:
    file, checked = tmp_path / "spec.yaml", 0

    with on_path(*lab_paths(tmp_path / "site")):
        for page in sorted(docs.rglob("*.md")):
            for text in right_specs(page.read_text()):
                file.write_text(text)
                try:
                    check(str(file))
                except ProblemError as error:
                    pytest.fail(f"{page.relative_to(docs)}: {error}")
                checked += 1

    assert checked > len(LAYERS) + len(BLOCKS) + len(shipped())


def test_every_link_of_the_readme_leads_somewhere() -> None:
    for link in LINK.findall(README.read_text()):
        assert (README.parent / link).exists(), link


def test_a_layers_page_says_what_its_record_says(docs: Path) -> None:
    page = (docs / "layers" / "Conv2D.md").read_text()

    # By hand: 3x3 kernels from 4 to 16 channels and 16 biases; 30 x 30 positions.
    assert "output is 30x30x16; it has 592 parameters and takes 518,400 MACs" in page
    assert "| `filters` | a whole number at least 1 | must be given |" in page
    assert "Its channels come from theirs, and from `filters`, `groups`." in page
    assert "def weights(self" in page


def test_an_architectures_page_has_published_figures(docs: Path) -> None:
    page = (docs / "architectures" / "unet.md").read_text()

    assert "| `unet --preset paper` | 572x572x1 | 388x388x2 | 31,030,658 |" in page
    assert "![The network `unet`](unet.svg)" in page


def test_the_page_on_plug_ins_shows_the_package_that_the_tests_run() -> None:
    page = (Path(__file__).parents[2] / "archforge" / "docs" / "plugins.md").read_text()

    shown = re.findall(r"`([\w/.]+)`:\n\n```\w+\n(.*?)```", page, re.DOTALL)

    files = {path.relative_to(LAB).as_posix() for path in LAB.rglob("*.*") if path.is_file()}
    code = {name for name in files if name.endswith((".py", ".toml")) and "__init__" not in name}
    assert {name for name, _ in shown} == code
    for name, text in shown:
        assert text == (LAB / name).read_text(), f"plugins.md shows another {name}"


def test_the_same_registries_give_the_same_bytes(docs: Path, tmp_path: Path) -> None:
    with on_path(*lab_paths(tmp_path / "site")):
        run(["docs", str(tmp_path / "again")])

    for path in docs.rglob("*.*"):
        again = tmp_path / "again" / path.relative_to(docs)
        assert again.read_bytes() == path.read_bytes(), path


def test_pages_of_an_earlier_run_are_replaced(tmp_path: Path) -> None:
    out = tmp_path / "docs"
    write_docs(out, {"index.md": "old", "gone.md": "old"})

    write_docs(out, {"index.md": "new", "a/b.md": "new"})

    assert (out / "index.md").read_text() == "new"
    assert not (out / "gone.md").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["docs"]


@pytest.mark.parametrize("written_before", [True, False])
def test_files_of_others_are_never_lost(written_before: bool, tmp_path: Path) -> None:
    out = tmp_path / "docs"
    if written_before:
        write_docs(out, {"index.md": "old"})
    out.mkdir(exist_ok=True)
    (out / "notes.md").write_text("mine")

    with pytest.raises(ProblemError, match=r"AF418 .* did not write(.|\n)*'notes.md' is one"):
        write_docs(out, {"index.md": "new"})

    assert (out / "notes.md").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    for out in (tmp_path / "file", tmp_path / "file" / "docs"):
        with pytest.raises(ProblemError, match="AF009"):
            write_docs(out, {"index.md": "new"})


EXAMPLE = '''
from typing import ClassVar
from archforge.graph import Argument, Layer, arg, record

@record
class It(Layer):
    """Its input, as it is."""
    NAME: ClassVar[str] = "sick/It"
    KERAS: ClassVar[str] = "keras.layers:Identity"
    size: int = arg(Argument({"type": "integer"}))
'''


def test_a_plug_in_whose_example_is_wrong_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site"
    metadata(site, "sick", {"archforge.layers": {"It": "broken_example:It"}})
    (site / "broken_example.py").write_text(EXAMPLE)

    with on_path(str(site)):
        status = run(["docs", str(tmp_path / "docs")])

    assert status == PROBLEMS
    told = capsys.readouterr().err
    assert "AF118 'sick/It' cannot be used: its EXAMPLE has a problem, sick/It needs" in told
    assert not (tmp_path / "docs").exists()
