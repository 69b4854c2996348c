"""The table of losses, and what a person writes for one."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from archforge.errors import did_you_mean, refuse

AUTO = "auto"


@dataclass(frozen=True)
class Loss:
    """One loss.

    Args:
        title: One line of text.
        function: ``module:function`` of masks and scores; imported when it is used.
        source: Where it comes from.
        head: The head it is made for: ``sigmoid`` (one class), ``softmax`` (several) or ``any``.
    """

    title: str
    function: str
    source: str
    head: str = "any"


LOSSES: dict[str, Loss] = {
    "bce": Loss(
        "binary cross-entropy of each pixel, for one class",
        "archforge.losses.functions:bce",
        "Cox 1958, Journal of the Royal Statistical Society B 20(2), 215-242",
        "sigmoid",
    ),
    "crossentropy": Loss(
        "cross-entropy of each pixel, for several classes",
        "archforge.losses.functions:crossentropy",
        "Bridle 1990, NATO ASI Series F 68, 227-236",
        "softmax",
    ),
    "dice": Loss(
        "soft Dice of each image, mean over classes",
        "archforge.losses.functions:dice",
        "Milletari et al. 2016, arXiv:1606.04797; Drozdzal et al. 2016, arXiv:1608.04117",
    ),
}


def loss_terms(text: str) -> tuple[str, ...]:
    """The names in a sum, sorted, so that order does not matter; ``auto`` stands alone.

    Raises:
        ProblemError: A name is unknown, missing or stands twice.
    """
    names = [name.strip() for name in text.split("+")]
    if names == [AUTO]:
        return (AUTO,)
    for name in names:
        if name not in LOSSES:
            refuse("AF504", f"no loss is called '{name}'", fix=did_you_mean(name, LOSSES))
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        refuse("AF504", f"'{twice}' stands twice in '{text}'", fix="write each loss once")
    return tuple(sorted(names))


def check_loss(text: str, classes: int) -> tuple[str, ...]:
    """The terms of a loss that fits a network for ``classes``; ``auto`` is worked out.

    Args:
        text: ``auto``, or names joined by ``+``.
        classes: 1 for a sigmoid head, more for a softmax head.

    Raises:
        ProblemError: A name is unknown, or made for the other head.
    """
    terms = loss_terms(text)
    if terms == (AUTO,):
        return ("bce", "dice") if classes == 1 else ("crossentropy", "dice")
    head = "sigmoid" if classes == 1 else "softmax"
    for name in terms:
        if LOSSES[name].head not in {"any", head}:
            other = "bce" if classes == 1 else "crossentropy"
            count = "1 class" if classes == 1 else f"{classes} classes"
            refuse(
                "AF505",
                f"the loss '{name}' does not fit a {head} head for {count}",
                why=f"it is made for a {LOSSES[name].head} head: {LOSSES[name].title}",
                fix=f"use '{'+'.join(sorted({*terms} - {name} | {other}))}', or 'auto'",
            )
    return terms


def parse_loss(text: str, classes: int) -> Any:
    """The Keras loss that ``text`` names; see ``functions.PixelLoss``.

    Args:
        text: ``auto`` or names joined by ``+``: ``dice+bce`` and ``bce+dice`` are equal.
        classes: 1 for a sigmoid head, more for a softmax head.

    Raises:
        ProblemError: A name is unknown, or made for the other head.
    """
    terms = check_loss(text, classes)
    return import_module("archforge.losses.functions").PixelLoss(terms)


def find_function(name: str) -> Any:
    """The function of one loss."""
    module, function = LOSSES[name].function.split(":")
    return getattr(import_module(module), function)
