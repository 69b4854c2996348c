"""Two trainings that should be the same, and what was found to differ between them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from archforge.runs import Run


@dataclass(frozen=True)
class Change:
    """One fact that was otherwise before; ``None`` where one of the two does not say it."""

    name: str
    before: Any
    after: Any

    @property
    def difference(self) -> float | None:
        """Of two numbers."""
        pair = (self.before, self.after)
        if any(isinstance(one, bool) or not isinstance(one, int | float) for one in pair):
            return None
        return float(self.after - self.before)

    def facts(self) -> dict[str, Any]:
        """What ``--json`` prints of it."""
        return {**asdict(self), "difference": self.difference}


@dataclass(frozen=True)
class Distance:
    """How far apart many numbers are.

    Args:
        of: How many things were compared: epochs, tensors or images.
        differ: How many of them differ.
        largest: The largest absolute difference.
        where: The one that it is of.
        first: The first that differs, where they have an order.
        alone: Things that only one of the two trainings has, or has in that shape.
    """

    of: int
    differ: int = 0
    largest: float = 0.0
    where: str = ""
    first: str = ""
    alone: int = 0

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.differ and not self.alone


@dataclass(frozen=True, kw_only=True)
class Replay:
    """A run, the run that should be its equal, and what differs.

    Args:
        before: The first one.
        after: The second.
        environment: Versions, facts of the machine and settings that differ.
        inputs: Fingerprints of images and network that differ, and images in another part.
        scores: Every score of the two.
        history: Of each column that time has no part in; the things are epochs. Empty where one
            is gone.
        weights: Of the best network; the things are tensors. ``None`` where one is gone.
        images: Of the scores of each validation image; ``None`` where one file is gone.
        reasons: Why each of history, weights and images that was not compared was not.
    """

    before: Run
    after: Run
    environment: tuple[Change, ...]
    inputs: tuple[Change, ...]
    scores: tuple[Change, ...]
    history: Mapping[str, Distance]
    weights: Distance | None
    images: Distance | None
    reasons: Mapping[str, str]

    @property
    def missing(self) -> tuple[str, ...]:
        """What could not be compared."""
        return tuple(self.reasons)

    @property
    def compared(self) -> bool:
        """Whether anything that came out was: of two runs without an epoch there is nothing."""
        return bool(self.scores) or any(part.of for part in self._parts)

    @property
    def identical(self) -> bool:
        """Whether the same network came to the same bits, in all that is there of both."""
        scores = all(each.before == each.after for each in self.scores)
        network = self.before.fingerprint == self.after.fingerprint
        same = scores and all(part.same for part in self._parts)
        return self.compared and network and same

    @property
    def timed(self) -> bool:
        """Whether a time ended them that neither counts by the other's: so they must differ."""
        runs = (self.before, self.after)
        return any(r.settings.get("seconds") for r in runs) and not any(r.pace for r in runs)

    @property
    def _parts(self) -> list[Distance]:
        parts = [*self.history.values(), self.weights, self.images]
        return [part for part in parts if part is not None]

    def facts(self) -> dict[str, Any]:
        """What ``--json`` prints and ``replay.json`` keeps."""
        return {
            "run": str(self.before.folder),
            "replay": str(self.after.folder),
            "identical": self.identical,
            "not_compared": list(self.missing),
            "reasons": dict(self.reasons),
            "timed": self.timed,
            "environment": [each.facts() for each in self.environment],
            "inputs": [each.facts() for each in self.inputs],
            "scores": [each.facts() for each in self.scores],
            "history": {name: asdict(each) for name, each in self.history.items()},
            "weights": None if self.weights is None else asdict(self.weights),
            "images": None if self.images is None else asdict(self.images),
            "seconds": Change("seconds", self.before.seconds, self.after.seconds).facts(),
        }
