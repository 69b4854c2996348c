"""From what a person wrote to a loss that fits the network's head, its classes and its task."""

import math
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from archforge.errors import Problem, ProblemError
from archforge.losses.table import LOSSES
from archforge.losses.terms import AUTO, Term, join_terms, loss_terms

CLASSIFICATION = "classification"
SEGMENTATION = "segmentation"


def check_loss(text: str, classes: int, *, task: str = SEGMENTATION) -> str:
    """The canonical text of a loss that fits a network; ``auto`` is worked out.

    Args:
        text: ``auto``, or a sum such as ``0.5*dice+focal(gamma=1.5)``.
        classes: 1 for a sigmoid head, more for a softmax head.
        task: ``segmentation``, or ``classification``, where an image has one class and no pixels.

    Raises:
        ProblemError: A name or argument cannot be (AF504), or is made for another head or for
            pixels (AF505).
    """
    _check_arguments(classes, task)
    terms = loss_terms(text)
    pixelwise = "bce" if classes == 1 else "crossentropy"
    if terms == (Term(AUTO),):
        return pixelwise if task == CLASSIFICATION else f"{pixelwise}+dice"
    problems = [problem for term in terms for problem in _misfits(term, terms, classes, task)]
    if problems:
        raise ProblemError(problems)
    return join_terms(terms)


def parse_loss(
    text: str,
    classes: int,
    class_weights: Sequence[float] | None = None,
    *,
    task: str = SEGMENTATION,
) -> Any:
    """The Keras loss that ``text`` names; see ``pixel_loss.PixelLoss``.

    Args:
        text: As for ``check_loss``: ``dice+bce`` and ``bce+dice`` are equal.
        classes: 1 for a sigmoid head, more for a softmax head.
        class_weights: What a pixel of each class counts in bce, crossentropy and focal; two numbers
            for one class, background first. All count once by default.
        task: As for ``check_loss``.

    Raises:
        ProblemError: As for ``check_loss``.
        ValueError: The weights are not one for each class, or negative, or all 0.
    """
    terms = check_loss(text, classes, task=task).split("+")
    if class_weights is not None:
        _check_weights(class_weights, max(2, classes))
    return import_module("archforge.losses.pixel_loss").PixelLoss(terms, class_weights)


def balanced_weights(counts: Sequence[int]) -> list[float]:
    """Class weights that make rare classes count like frequent ones: inverse frequency, mean 1.

    A class without a pixel has weight 0: nothing is known of it, and it counts in no mean.

    Args:
        counts: Pixels (or images) of each class.

    Raises:
        ValueError: A count is negative, or all are 0.
    """
    if min(counts, default=-1) < 0 or not sum(counts):
        raise ValueError(f"counts must be at least 0 and not all 0, got {list(counts)}")
    inverse = [1 / count if count else 0.0 for count in counts]
    present = sum(count > 0 for count in counts)
    return [each * present / sum(inverse) for each in inverse]


def _misfits(term: Term, terms: Sequence[Term], classes: int, task: str) -> Iterator[Problem]:
    loss = LOSSES[term.name]
    head = "sigmoid" if classes == 1 else "softmax"
    if loss.head not in {"any", head}:
        yield _wrong_head(term, terms, classes)
    if task == CLASSIFICATION and not loss.pixelwise:
        known = ", ".join(name for name, each in LOSSES.items() if each.pixelwise)
        yield Problem(
            "AF505",
            f"the loss '{term.name}' does not fit a classifier",
            why=f"it compares shapes in masks, and here an image has one class: {loss.title}",
            fix=f"use one of {known}, or 'auto'",
        )
    for name, _ in term.arguments:
        made_for = loss.arguments[name].head
        if made_for not in {"any", head}:
            yield Problem(
                "AF505",
                f"'{name}' of the loss '{term.name}' does not fit a {head} head",
                why=f"it is made for a {made_for} head: {loss.arguments[name].title}",
                fix=f"leave '{name}' out",
            )


def _wrong_head(term: Term, terms: Sequence[Term], classes: int) -> Problem:
    head, other = ("sigmoid", "bce") if classes == 1 else ("softmax", "crossentropy")
    count = "1 class" if classes == 1 else f"{classes} classes"
    rest = {each.name: each for each in terms if each != term}
    instead = {other: Term(other, term.weight, term.arguments)} | rest
    text = join_terms([instead[name] for name in sorted(instead)])
    return Problem(
        "AF505",
        f"the loss '{term.name}' does not fit a {head} head for {count}",
        why=f"it is made for a {LOSSES[term.name].head} head: {LOSSES[term.name].title}",
        fix=f"use '{text}', or 'auto'",
    )


def _check_arguments(classes: int, task: str) -> None:
    if classes < 1:
        raise ValueError(f"classes must be at least 1, got {classes}")
    if task not in {SEGMENTATION, CLASSIFICATION}:
        raise ValueError(f"task must be {SEGMENTATION} or {CLASSIFICATION}, got {task!r}")


def _check_weights(weights: Sequence[float], classes: int) -> None:
    fine = all(0 <= weight < math.inf for weight in weights)
    if len(weights) != classes or not fine or not sum(weights):
        raise ValueError(
            f"class_weights must be {classes} finite numbers of at least 0, not all 0, "
            f"got {list(weights)}"
        )
