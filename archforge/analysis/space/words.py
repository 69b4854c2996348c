"""A proof in closed words: "depth 6 needs a multiple of 64"."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from archforge.analysis.space.prove import REACH, Extreme, Part, Point, Proof
from archforge.expand.ranges import SLACK
from archforge.spec.rewrite import written

MOST_ROWS = 24
"""More rows than this are told by each axis alone."""

COSTS = {"parameters": "parameters", "macs": "MACs", "memory": "bytes of activations in training"}


def series_words(taken: Sequence[int], tried: Sequence[int]) -> str:
    """Which of the sizes ``tried`` are ``taken``, as a rule that holds for exactly these.

    Args:
        taken: In order, some of ``tried``.
        tried: In order.
    """
    if not taken:
        return "no size"
    if len(taken) == len(tried):
        return "every size"
    rule = _multiples(taken, tried) or _from_on(taken, tried) or _steps(taken, tried)
    return rule or _ranges(taken, tried)


def _multiples(taken: Sequence[int], tried: Sequence[int]) -> str:
    step = _step(taken)
    if step < 2 or taken[0] % step:
        return ""
    if list(taken) == [size for size in tried if size % step == 0]:
        return f"a multiple of {step}"
    if list(taken) == [size for size in tried if size % step == 0 and size >= taken[0]]:
        return f"a multiple of {step} from {taken[0]} on"
    return ""


def _from_on(taken: Sequence[int], tried: Sequence[int]) -> str:
    return f"{taken[0]} or more" if list(taken) == [s for s in tried if s >= taken[0]] else ""


def _steps(taken: Sequence[int], tried: Sequence[int]) -> str:
    step, first = _step(taken), taken[0]
    if step < 2 or len(taken) < 3:
        return ""
    if list(taken) != [size for size in tried if size >= first and (size - first) % step == 0]:
        return ""
    return f"{first}, {first + step}, {first + 2 * step} and so on in steps of {step}"


def _step(taken: Sequence[int]) -> int:
    return taken[1] - taken[0] if len(taken) > 1 else 0


def _ranges(taken: Sequence[int], tried: Sequence[int]) -> str:
    """Stretches of neighbours, the first few of them."""
    place = {size: index for index, size in enumerate(tried)}
    runs: list[list[int]] = []
    for size in taken:
        if runs and place[size] == place[runs[-1][-1]] + 1:
            runs[-1].append(size)
        else:
            runs.append([size])
    words = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    if len(words) > 6:
        return f"{', '.join(words[:6])} and {len(words) - 6} more stretches"
    return ", ".join(words)


def proof_lines(name: str, proof: Proof) -> Iterator[str]:
    """The proof for people, a line at a time."""
    yield _head(name, proof)
    if proof.axes or proof.sizes or not proof.building:
        yield from (f"  {line}" for line in _rows(proof))
    for one in proof.free:
        yield f"  {one.name}: no shape reads it; it builds at both of its ends, {_ends(one.values)}"
    for values, why in proof.failing:
        yield f"  {_point(values)} does not build: {why}"
    if proof.building:
        yield from (f"  {line}" for line in _costs(proof))


def _head(name: str, proof: Proof) -> str:
    every = (*proof.axes, *proof.sizes)
    over = ", ".join(f"{one.name} {_span(one.values)}" for one in every)
    count = f"{proof.building:,} of {proof.tried:,} combinations build"
    if not every:
        return f"{name}: nothing varies that shapes read; the one network {_builds(proof)}"
    how = "exact" if proof.exact else f"sampled from {proof.total:,}"
    return f"{name} over {over}: {count} ({how}, {proof.seconds:.1f} s)"


def _builds(proof: Proof) -> str:
    return "builds" if proof.building else "does not build"


def _rows(proof: Proof) -> Iterator[str]:
    """One row for each answer, the axes that make no difference left out."""
    answers = {_key(proof, part): _answer(proof, part) for part in proof.parts}
    names = [one.name for one in proof.axes]
    matter = [index for index in range(len(names)) if _matters(answers, index)]
    rows: dict[tuple[Any, ...], str] = {}
    for key, answer in answers.items():
        rows[tuple(key[index] for index in matter)] = answer
    order = {one.name: list(one.values) for one in proof.axes}
    joined = list(_joined(rows, [order[names[index]] for index in matter]))
    if len(joined) > MOST_ROWS:
        yield from _shares(proof)
        return
    for keys, answer in joined:
        where = ", ".join(
            f"{names[index]} {words}" for index, words in zip(matter, keys, strict=True)
        )
        yield f"{where}: {answer}" if where else answer


def _shares(proof: Proof) -> Iterator[str]:
    """For too many answers: how many combinations build, by each value of each axis."""
    for one in proof.axes:
        shares: dict[str, list[int]] = {}
        for part in proof.parts:
            counted = shares.setdefault(written(part.values[one.name]), [0, 0])
            counted[0] += len(part.building)
            counted[1] += len(part.sizes)
        order = [text for text in map(written, one.values) if text in shares]
        words = [f"{value}: {shares[value][0]} of {shares[value][1]}" for value in order[:12]]
        rest = f" and {len(order) - 12} more values" if len(order) > 12 else ""
        yield f"building by {one.name}: {', '.join(words)}{rest}"


def _key(proof: Proof, part: Part) -> tuple[Any, ...]:
    return tuple(_hashable(part.values[one.name]) for one in proof.axes)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _matters(answers: Mapping[tuple[Any, ...], str], index: int) -> bool:
    """Whether an axis makes a difference anywhere, all others held."""
    seen: dict[tuple[Any, ...], str] = {}
    for key, answer in answers.items():
        rest = key[:index] + key[index + 1 :]
        if seen.setdefault(rest, answer) != answer:
            return True
    return False


def _joined(
    rows: Mapping[tuple[Any, ...], str], order: list[list[Any]]
) -> Iterator[tuple[list[str], str]]:
    """Rows with neighbouring values of the first axis and one answer in one."""
    if not order:
        yield from (([], answer) for answer in dict.fromkeys(rows.values()))
        return
    groups: dict[tuple[tuple[Any, ...], str], list[Any]] = {}
    for key, answer in rows.items():
        groups.setdefault((key[1:], answer), []).append(key[0])
    place = {_hashable(value): index for index, value in enumerate(order[0])}
    for (rest, answer), firsts in sorted(groups.items(), key=lambda group: str(group[0][0])):
        values = sorted(firsts, key=lambda value: place[value])
        yield [_span(values, order[0]), *map(written, rest)], answer


def _answer(proof: Proof, part: Part) -> str:
    if not proof.sizes:
        return "builds" if part.building else f"does not build: {_why(part)}"
    if not part.building:
        return f"no size builds: {_why(part)}"
    if len(proof.sizes) > 1:
        return f"{len(part.building):,} of {len(part.sizes):,} sizes build"
    taken = [size[0] for size in part.building]
    words = series_words(taken, sorted(size[0] for size in part.sizes))
    return words if words == "every size" else f"{proof.sizes[0].name} must be {words}"


def _why(part: Part) -> str:
    if part.needs:
        words = series_words(part.needs, range(1, max(part.needs) + 1))
        return f"the image needs {words}"
    if part.needs is not None:
        return f"no image of up to {REACH} pixels is large enough"
    reason = next(iter(part.sizes.values()))
    return str(getattr(reason, "message", reason))


def _costs(proof: Proof) -> Iterator[str]:
    for name, (low, high) in proof.costs.items():
        if low.value == high.value:
            everywhere = " everywhere" if proof.axes or proof.sizes else ""
            yield f"{COSTS[name]}: {low.value:,}{everywhere}"
        else:
            yield f"{COSTS[name]}: {_extreme(low)} to {_extreme(high)}"


def _extreme(extreme: Extreme) -> str:
    at = _point(extreme.at)
    return f"{extreme.value:,} ({at})" if at else f"{extreme.value:,}"


def _point(values: Point) -> str:
    return ", ".join(f"{name} {written(value)}" for name, value in values.items())


def _span(values: Sequence[Any], order: Sequence[Any] | None = None) -> str:
    """Values that follow each other as ``1 to 5``, others in a row."""
    row = list(values)
    inside = list(order) if order is not None else row
    first = inside.index(row[0])
    neighbours = inside[first : first + len(row)] == row
    numbers = all(isinstance(value, int | float) for value in row)
    step = row[1] - row[0] if numbers and len(row) > 2 else 0
    even = step and all(abs(b - a - step) < SLACK for a, b in pairwise(row))
    if neighbours and (even or (numbers and order is not None and len(row) > 2)):
        in_steps = f" in steps of {step:g}" if order is None and step != 1 else ""
        return f"{written(row[0])} to {written(row[-1])}{in_steps}"
    *most, last = map(written, row)
    return f"{', '.join(most)} or {last}" if most else last


def _ends(values: Sequence[Any]) -> str:
    return f"{written(values[0])} and {written(values[-1])}"


def proof_facts(name: str, proof: Proof) -> dict[str, Any]:
    """The proof as plain data: what ``check --space --json`` prints."""
    return {
        "name": name,
        "exact": proof.exact,
        "combinations": proof.total,
        "tried": proof.tried,
        "build": proof.building,
        "seconds": round(proof.seconds, 3),
        "axes": {one.name: list(one.values) for one in (*proof.axes, *proof.sizes)},
        "fixed": proof.fixed,
        "not_read_by_shapes": [one.name for one in proof.free],
        "answers": list(_rows(proof)),
        "costs": {
            key: {
                "smallest": {"value": low.value, "at": low.at},
                "largest": {"value": high.value, "at": high.at},
            }
            for key, (low, high) in proof.costs.items()
        },
    }
