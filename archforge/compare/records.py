"""What a comparison holds: a row for each network, a pair for each two of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archforge.compare.rows import Row
from archforge.compare.statistics import LEVEL, Ranking

BETTER, HERE, ALIKE = "better", "better here", "not distinguishable"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two networks on the images that both were scored on.

    Args:
        ahead: The one whose mean is higher on these images.
        behind: The other.
        mean: How much higher, over images.
        low: Lower end of its 95 % interval, images drawn anew.
        high: Upper end.
        images: How many there are.
        groups: How many of them are independent: those that belong together are one.
        trainings: Pairs of trainings on one fold and one seed.
        effect: The rank-biserial correlation, from -1 to 1.
        images_p: The chance of such a difference between images if there were none, corrected for
            the number of pairs.
        p: The same for images and trainings both; ``None`` where trainings say nothing: there is
            one of each, or all differ by the very same.
    """

    ahead: str
    behind: str
    mean: float
    low: float
    high: float
    images: int
    groups: int
    trainings: int
    effect: float
    images_p: float
    p: float | None

    @property
    def verdict(self) -> str:
        """``BETTER`` for images and trainings, ``HERE`` for images alone, or ``ALIKE``."""
        if self.images_p > LEVEL:
            return ALIKE
        return BETTER if self.p is not None and self.p <= LEVEL else HERE


@dataclass(frozen=True)
class Shown:
    """One image with what every network says about it.

    Args:
        image: Its name.
        place: ``best``, ``median`` or ``worst``: by the mean over networks.
        plain: The picture of the image alone, in the comparison's folder.
        truth: That of its mask; of an image that has a class as a whole, the class.
        networks: By name, the picture of its prediction with the errors marked.
        answers: By name, the class that it was taken for, and the probability of the true one; of
            several trainings those of the first.
        means: By name, of several trainings the mean of that probability; older records have it in
            ``answers`` and nothing here.
        classes: Their names, where the pictures have a colour for each; older pictures have none.
    """

    image: str
    place: str
    plain: str
    truth: str
    networks: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    means: Mapping[str, float] = field(default_factory=dict)
    classes: Sequence[str] = field(default_factory=list)

    def files(self, network: str) -> tuple[str, ...]:
        """What is drawn by a network."""
        return (self.plain,) if self.answers else (self.plain, self.truth, self.networks[network])


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All networks on one data set, the best first; Otsu's threshold where it belongs.

    Args:
        folder: Where everything lies.
        data: The name of the folder of images.
        score: By which networks are ranked.
        part: ``validation`` or ``test``: what they were scored on.
        folds: How many; ``None`` for one split.
        seeds: Trainings of each network on each fold.
        rows: As ``ordered``.
        pairs: Of each two networks, those with the best first.
        notes: What a person must know.
        pictures: Files that were drawn.
        shown: The best, the median and the worst image.
        groups: Of images that belong together, by their names, what they make.
        fingerprint: Of all files of the images; empty in older records.
    """

    folder: Path
    data: str
    score: str
    part: str
    folds: int | None
    seeds: int
    rows: tuple[Row, ...]
    pairs: tuple[Pair, ...] = ()
    notes: tuple[str, ...] = ()
    pictures: tuple[Path, ...] = ()
    shown: tuple[Shown, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""

    @property
    def trained(self) -> tuple[Row, ...]:
        """The rows of networks that have a score."""
        return tuple(row for row in self.rows if row.trainings)

    @property
    def of_one_group(self) -> bool:
        """Whether all images that were scored belong together."""
        names = {name for row in self.trained for name in row.images}
        return names <= self.groups.keys() and len({self.groups[name] for name in names}) == 1

    def facts(self) -> list[dict[str, Any]]:
        """What ``archforge compare --json`` prints: one object for each row."""
        return [row.facts() for row in self.rows]


@dataclass(frozen=True)
class Several:
    """The same networks on several data sets.

    Args:
        folder: Where everything lies.
        comparisons: One for each data set.
        ranking: Mean ranks; none where there are too few networks or data sets.
        notes: What a person must know.
    """

    folder: Path
    comparisons: tuple[Comparison, ...]
    ranking: Ranking | None = None
    notes: tuple[str, ...] = ()

    def ranks(self) -> list[tuple[str, float | None, list[float | None]]]:
        """Each network with its mean rank and its score on each data set, the best first.

        Networks that failed on one of them have no rank, and stand last.
        """
        means = [{row.architecture: row.mean for row in each.trained} for each in self.comparisons]
        ranks = {} if self.ranking is None else self.ranking.ranks
        names = dict.fromkeys([*ranks, *(name for each in means for name in each)])
        return [(name, ranks.get(name), [each.get(name) for each in means]) for name in names]

    def facts(self) -> dict[str, Any]:
        """What ``archforge compare --json`` prints with several data sets."""
        ranking = None if self.ranking is None else vars(self.ranking)
        return {
            "data": {each.data: each.facts() for each in self.comparisons},
            "ranking": ranking,
            "notes": list(self.notes),
        }
