"""Which examples are for validation: a function of the seed and the ids alone.

Ids are ordered by a hash of seed and id, so neither the order on disk nor the machine matters, and
an image added later moves few others.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from archforge.errors import Mark, refuse


def shuffled(ids: Iterable[str], seed: int) -> list[str]:
    """The ids in an order that looks random and is the same for a seed."""
    return sorted(ids, key=lambda name: (_hash(seed, name), name))


def validation_count(ids: Sequence[str], share: float, folder: Path) -> int:
    """How many of ``ids`` are cut off for validation: at least one, and at least one is left.

    Args:
        ids: The examples to cut from.
        share: Share for validation, 0 to below 1; 0 cuts none.
        folder: Where they lie, for the message.

    Raises:
        ProblemError: There is no example to train on, or fewer than two to cut.
    """
    fewest = 2 if share else 1
    if len(ids) < fewest:
        refuse(
            "AF415",
            f"too few images to train on: {len(ids)}, at least {fewest} are needed",
            mark=Mark(str(folder)),
            why="training and validation need one image each"
            if share
            else "there is none to learn",
            fix="add images with masks, or draw some with `archforge data synth`",
        )
    return min(max(round(share * len(ids)), 1), len(ids) - 1) if share else 0


def _hash(seed: int, name: str) -> bytes:
    return hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=16).digest()
