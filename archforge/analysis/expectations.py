"""``expect:`` proven: the facts that a file states about itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from archforge.analysis.costs import costs
from archforge.errors import Mark, Problem, ProblemError, did_you_mean
from archforge.expand import Finder, expand
from archforge.graph import Graph
from archforge.spec import Expectation, Spec
from archforge.spec import Mapping as Keys


def expectation_problems(spec: Spec, finder: Finder | None = None) -> Iterator[Problem]:
    """A problem for every stated fact that does not hold."""
    for expected in spec.expect:
        try:
            graph = expand(spec, expected.preset, expected.hyperparameters, finder=finder)
        except ProblemError as error:
            what = f"preset '{expected.preset}'" if expected.preset else "what `expect` describes"
            for problem in error.problems:
                yield Problem(
                    problem.code,
                    f"{what}: {problem.message}",
                    problem.mark or expected.mark,
                    problem.why,
                    problem.fix,
                    problem.trail,
                )
            continue
        yield from _compared(expected, graph)


def _compared(expected: Expectation, graph: Graph) -> Iterator[Problem]:
    total = costs(graph)
    counted: dict[str, int] = {
        "parameters": total.parameters.total,
        "trainable": total.parameters.trainable,
        "macs": total.macs,
    }
    for key, stated in expected.facts.plain.items():
        mark = expected.facts[key].mark
        if key in counted:
            if stated != counted[key]:
                yield _wrong(key, f"{stated:,}", f"{counted[key]:,}", expected, mark)
        else:
            tree = expected.facts[key]
            assert isinstance(tree, Keys)
            yield from _shapes(expected, graph, key, stated, tree)


def _shapes(
    expected: Expectation, graph: Graph, key: str, stated: Mapping[str, Any], tree: Keys
) -> Iterator[Problem]:
    """Facts of outputs, which have names of their own, or of any node."""
    known = graph.outputs if key == "outputs" else {**graph.aliases, **{n: n for n in graph.nodes}}
    for name, shape in stated.items():
        mark = tree.keys[name]
        if name not in known:
            fix = did_you_mean(name, known)
            yield Problem("AF306", f"`expect`: there is no {key[:-1]} '{name}'", mark, fix=fix)
        elif list(graph.nodes[known[name]].shape) != shape:
            found = list(graph.nodes[known[name]].shape)
            yield _wrong(f"the shape of '{name}'", str(shape), str(found), expected, mark)


def _wrong(what: str, stated: str, found: str, expected: Expectation, mark: Mark) -> Problem:
    where = f" with preset '{expected.preset}'" if expected.preset else ""
    return Problem(
        "AF306",
        f"{what}{where} is {found}, the file expects {stated}",
        mark,
        why="`expect` states facts of the published network",
        fix="find the change that moved it, or correct the fact",
    )
