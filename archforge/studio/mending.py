"""Quick fixes: what a problem's ``fix`` says, done.

One table from the wording of a fix to what makes it. Every fix is tried on a copy of the text
before it is offered: it must leave YAML, without the problem, and bring no new slip. So a wording
that changes can lose a quick fix, which a test tells, but never offer a wrong one.
"""

import re
from collections.abc import Iterator

from lsprotocol import types

from archforge.catalog import Look, look
from archforge.errors import Problem
from archforge.studio import argument_menders as arguments
from archforge.studio import menders
from archforge.studio.diagnostics import diagnostic
from archforge.studio.menders import Maker
from archforge.studio.opened import Opened, Seen
from archforge.studio.places import Mend, wrong
from archforge.studio.spans import Map, spans

MOST = 6
"""Fixes that are offered for one problem; those that mend come from at most twice as many."""

SLIPS = ("AF0", "AF10", "AF111", "AF12", "AF301", "AF302", "AF303")

MENDERS: tuple[tuple[str, Maker], ...] = (
    (r"did you mean '([^']+)'\?", menders.swapped),
    (r"\Ause one of: (.+)\Z", menders.one_of),
    (r"\Aadd `(\w+): ([^`]+)`", menders.key_added),
    (r"\Awrite `(\w+: =[^`]*)`\Z", menders.entry_written),
    (r'\Aquote it: `((\w+): "[^`]*")`', menders.formula_quoted),
    (r"\Awrite `from: \[[^`]*`\Z", menders.list_bracketed),
    (r"write `(layer|block): \w+`", menders.kind_written),
    (r"\Aa formula starts with `=`: `(=[^`]*)`", menders.value_written),
    (r"\Awrite `\w+: (=range\([^`]*\))`", menders.value_written),
    (r"put the sum in brackets: `([^`]+)`", menders.value_written),
    (r"\Awrite `extends: ([^`]+)`", menders.value_written),
    (r"\Awrite (\[[^\]]*\])\Z", menders.range_turned),
    (r"\Awrite `hyperparameters: \{([^`]*)\}`", menders.numbers_given),
    (r"\Awrite `(\w+): \{shape: \[\.\.\.\], values: (\w+)\}`", menders.values_declared),
    (r"\Acall it (?:otherwise, )?`(\w+)`", menders.block_called),
    (r"use `//` for a whole number", menders.changed(r"(?<!/)/(?!/)|\.0+\Z", "//", "use `//`")),
    (r"\Acompare with `==`", menders.changed(r"(?<=[^=<>!\"'])=(?!=)", "==", "compare with `==`")),
    (r"\Awrite `skip@i`, not", menders.changed(r"(\w)\[(\w+)\]", r"\1@\2", "write it with `@`")),
    (
        r"\Afamilies are written",
        menders.line_changed(r"(\w)\[(\w+)\]", r"\1@\2", "write it with `@`"),
    ),
    (
        r"\Aquote a formula",
        menders.line_changed(r": (=[^\"']*?)(?=\}\s*$|, \w+:|$)", r': "\1"', "quote it"),
    ),
    (r"\Aindent with spaces", menders.line_changed("\t", "  ", "indent with spaces")),
    (r"use \d+(?: or \d+)? (pixels|voxels|positions)", menders.pixels_used),
    (r"(?:\A|or )(\w+) (\d+)\Z", menders.default_set),
    (r"`align: (crop|pad|resize)`", menders.aligned),
    (r"\bremove it\b", menders.removed),
    (r"\Akeep one of them", arguments.one_kept),
    (r"\Akeep one of the two", arguments.one_removed),
    (r"\Aset one of them to 1", arguments.either_one),
    (r"\Ause at most (\d+), or leave `(\w+)` out", arguments.at_most),
    (r"\Aleave `(\w+)` out", arguments.left_out),
    (r"\Amake `groups` a divisor of (\d+)", arguments.divided),
    (r"\Ause (-1) for the channels", arguments.given("axis")),
    (r"\Ause -1 for one of the sizes", arguments.rest_left),
    (r"\Ause (\[[^\]]*\]) to drop", arguments.given("noise_shape")),
    (r"\Aname the preset: (.+)\Z", arguments.preset_named),
    (r"correct the fact", arguments.fact_corrected),
)
"""(pattern of the fix, what makes it)."""

SAID: tuple[tuple[str, Maker], ...] = (
    (r"must be at (?:least|most) (-?[\d.]+), not", arguments.limit_kept),
)
"""The same for problems whose message says the fix already."""


def mends(opened: Opened, problem: Problem) -> Iterator[Mend]:
    """Every fix of ``problem`` that mends it."""
    seen = opened.look()
    tree = spans(opened.text.whole)
    titles: set[str] = set()
    for mend in _candidates(opened, problem, tree):
        if mend.title not in titles and len(titles) < MOST and _heals(opened, mend, seen, problem):
            titles.add(mend.title)
            yield mend


def _candidates(opened: Opened, problem: Problem, tree: Map | None) -> Iterator[Mend]:
    if problem.mark is None or problem.mark.file != opened.file or not problem.mark.line:
        return
    place = wrong(problem, opened.text, tree)
    found = [
        mend
        for words, table in ((problem.fix, MENDERS), (problem.message, SAID))
        for pattern, make in table
        for match in re.finditer(pattern, words)
        for mend in make(place, match)
        if mend.edits
    ]
    yield from found[: 2 * MOST]


def _heals(opened: Opened, mend: Mend, seen: Seen, problem: Problem) -> bool:
    """Whether the text is YAML after the fix, without the problem and without new slips."""
    after = look(opened.text.edited(mend.edits), opened.file)
    known = {_name(one) for one in seen.look.problems}
    fresh = [one for one in after.problems if _name(one) not in known]
    return not _still(after, problem) and not any(_is_slip(one) for one in fresh)


def _name(problem: Problem) -> tuple[str, str]:
    return problem.code, problem.message


def _still(after: Look, problem: Problem) -> bool:
    line = problem.mark.line if problem.mark else 0
    return any(
        one.code == problem.code and one.mark is not None and one.mark.line == line
        for one in after.problems
    )


def _is_slip(problem: Problem) -> bool:
    """Whether it is of form or of a formula; what else is wrong may be seen only after a fix."""
    return problem.code.startswith(SLIPS)


def code_actions(opened: Opened, uri: str, start: int, end: int) -> Iterator[types.CodeAction]:
    """The quick fixes of the problems between two offsets."""
    seen = opened.seen
    if seen is None or seen.text is not opened.text:
        return  # the editor asks again when the problems of this text are shown
    tree = spans(opened.text.whole)
    wanted = opened.text.range(start, end)
    for problem in seen.look.problems:
        shown = diagnostic(problem, opened.text, tree, opened.file)
        if shown.range.end < wanted.start or wanted.end < shown.range.start:
            continue
        for number, mend in enumerate(mends(opened, problem)):
            yield types.CodeAction(
                title=mend.title,
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[shown],
                is_preferred=number == 0,
                edit=types.WorkspaceEdit(changes={uri: opened.text.text_edits(mend.edits)}),
            )
