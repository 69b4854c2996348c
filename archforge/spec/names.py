"""Which names the steps of a scope can make, without running them."""

from collections.abc import Iterator, Sequence

from archforge.spec.records import Branches, Condition, Loop, Step


def step_names(steps: Sequence[Step]) -> dict[str, int]:
    """Names and families that ``steps`` can make, each with the line that makes it first."""
    names: dict[str, int] = {}
    for step in every_step(steps):
        if step.name is not None and isinstance(step.name.value, str):
            names.setdefault(step.name.value.split("@")[0], step.mark.line)
    return names


def every_step(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps and those inside their loops, branches and conditions; blocks are scopes apart."""
    for step in steps:
        yield step
        for body in bodies(step):
            yield from every_step(body)


def bodies(step: Step) -> tuple[Sequence[Step], ...]:
    """The lists of steps inside a step."""
    if isinstance(step, Loop):
        return (step.steps,)
    if isinstance(step, Condition):
        return (step.steps, step.otherwise)
    return tuple(step.branches.values()) if isinstance(step, Branches) else ()
