"""Problems as an editor shows them: under the word, with why and fix in the text."""

import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from lsprotocol import types

from archforge.errors import Mark, Problem
from archforge.studio.opened import Opened, Seen
from archforge.studio.spans import Map, Span, Step, Word, way
from archforge.studio.texts import Text

SOURCE = "archforge"
_BROKEN = re.compile(r"[^\s,\[\]{}]+")


def diagnostics(opened: Opened, seen: Seen) -> list[types.Diagnostic]:
    """What a look found, for the text that it looked at."""
    tree = opened.written.tree if opened.written.text is seen.text else None
    return [diagnostic(one, seen.text, tree, opened.file) for one in seen.look.problems]


def diagnostic(problem: Problem, text: Text, tree: Map | None, file: str) -> types.Diagnostic:
    """One problem at its place in ``text``."""
    start, end = place(problem, text, tree, file)
    return types.Diagnostic(
        range=text.range(start, end),
        message=worded(problem, file),
        severity=types.DiagnosticSeverity.Error,
        code=problem.code,
        code_description=types.CodeDescription(href=_page(problem.code)),
        source=SOURCE,
    )


def worded(problem: Problem, file: str) -> str:
    """The problem without its code, which editors show apart; with its place if elsewhere."""
    mark = problem.mark
    elsewhere = f"{mark}: " if mark is not None and mark.file != file else ""
    first, *rest = str(problem).split("\n")
    message = first.partition(f"{problem.code} ")[2]
    return "\n".join([f"{elsewhere}{message}", *(line.strip() for line in rest)])


def _page(code: str) -> str:
    return Path(str(files("archforge.errors").joinpath("pages", f"{code}.md"))).as_uri()


def place(problem: Problem, text: Text, tree: Map | None, file: str) -> tuple[int, int]:
    """From where to where a problem of ``file`` is underlined."""
    mark = problem.mark or Mark(file, 1)
    if mark.file != file:
        mark = Mark(file, _line_that_leads(problem.trail, file), 0)
    if not mark.column:
        line = max(mark.line, 1) - 1
        words = len(text.lines[line if line < len(text.lines) else -1].split("#")[0].rstrip())
        indent = _indent(text, line)
        return text.start(line) + indent, text.start(line) + max(words, indent)
    offset = text.at(mark.line, mark.column)
    found = standing_at(tree, offset) if tree is not None else None
    end = found.end if found is not None else _word_end(text, offset)
    # A mapping may reach over many lines; its first one is enough to see where.
    return offset, max(min(end, text.end(text.line_of(offset))), offset)


def _indent(text: Text, line: int) -> int:
    return len(text.lines[line]) - len(text.lines[line].lstrip()) if line < len(text.lines) else 0


def _line_that_leads(trail: Iterable[str], file: str) -> int:
    """The line of ``file`` that leads to the place of a problem in another file."""
    for step in trail:
        named = re.search(rf"line (\d+) of {re.escape(file)}\Z", step)
        plain = re.search(r"(?:on|at) line (\d+)(?: with .*)?\Z", step)
        found = named or plain
        if found:
            return int(found.group(1))
    return 1


def _word_end(text: Text, offset: int) -> int:
    found = _BROKEN.match(text.whole, offset)
    return found.end() if found else offset + 1


def standing_at(tree: Map, offset: int) -> Span | None:
    """The word, list or mapping that begins at ``offset``."""
    return next(_standing_at(way(tree, offset), offset), None)


def _standing_at(steps: list[Step], offset: int) -> Iterator[Word | Span]:
    for step in steps:
        # A block mapping begins where its first key does, and is what a mark there means.
        if step.value.start == offset and isinstance(step.value, Map):
            yield step.value
        if step.key is not None and step.key.start == offset:
            yield step.key
        if step.value.start == offset:
            yield step.value
