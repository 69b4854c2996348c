"""Specs spoilt at random: a graph or problems with places, never another error, never a hang."""

import random
import re
from pathlib import Path

import pytest

from archforge.catalog import check, shipped
from archforge.errors import ProblemError

TEXTS = {name: path.read_text() for name, path in shipped().items()}
PIECES = [
    "=", "@", "{", "}", "[", "]", ":", ",", "-", "*", "'", '"', "\t", "  ", "\n", "0", "-1",
    "9" * 30,
    "null", "true", "1e9", "=10**9", "=range(10**6)", "prev", "input", "x@i", "x@*", "=f@(i-1)",
    "for", "if", "layer", "block", "share", "steps", "from", "name", "repeat", "Conv2D", "Dense",
    "{}", "[]", "[[]]", "=channels(prev)", "=height(image)", "align", "crop", "sizes: pad\n",
    "architecture", "&a", "*a", "<<", "!!python/name:os.system", "\u2028", "\x00", "é", "🙂",
]  # fmt: skip


def spoilt(text: str, draw: random.Random) -> str:
    """`text` with one to three small accidents."""
    for _ in range(draw.randint(1, 3)):
        kind = draw.choice(
            ["insert", "delete", "replace word", "drop line", "swap lines", "copy line"]
        )
        lines = text.split("\n")
        at = draw.randrange(len(text))
        if kind == "insert":
            text = text[:at] + draw.choice(PIECES) + text[at:]
        elif kind == "delete":
            text = text[:at] + text[at + draw.randint(1, 6) :]
        elif kind == "replace word":
            words = list(re.finditer(r"[\w=@*+()]+", text))
            word = draw.choice(words)
            text = text[: word.start()] + draw.choice(PIECES) + text[word.end() :]
        else:
            i, j = draw.randrange(len(lines)), draw.randrange(len(lines))
            if kind == "drop line":
                del lines[i]
            elif kind == "swap lines":
                lines[i], lines[j] = lines[j], lines[i]
            else:
                lines.insert(i, lines[j])
            text = "\n".join(lines)
    return text


def survive(seeds: range, folder: Path) -> None:
    for seed in seeds:
        draw = random.Random(seed)  # noqa: S311 (test data)
        text = spoilt(TEXTS[draw.choice(sorted(TEXTS))], draw)
        file = folder / "spoilt.yaml"
        file.write_text(text, encoding="utf-8", newline="")
        try:
            check(str(file))
        except ProblemError as error:
            for problem in error.problems:
                assert problem.mark is not None, f"seed {seed}: {problem}"
                assert problem.message, f"seed {seed}"
                assert "Traceback" not in str(problem), f"seed {seed}"
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error


@pytest.mark.parametrize("block", range(5))
def test_a_spoilt_spec_is_a_graph_or_problems(block: int, tmp_path: Path) -> None:
    survive(range(block * 60, block * 60 + 60), tmp_path)


@pytest.mark.slow
def test_many_spoilt_specs_are_graphs_or_problems(tmp_path: Path) -> None:
    survive(range(10_000, 14_000), tmp_path)


@pytest.mark.soak
def test_spoilt_specs_for_hours(tmp_path: Path) -> None:
    survive(range(100_000, 1_000_000), tmp_path)
