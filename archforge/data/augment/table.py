"""The table of operations with what they can be told, and the presets made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

PROBABILITY = "probability"


@dataclass(frozen=True)
class Argument:
    """A number that an operation can be told.

    Args:
        title: What it means, with its unit.
        default: Where it is not given.
        low: The least that it can be.
        high: The most.
    """

    title: str
    default: float
    low: float
    high: float


@dataclass(frozen=True)
class Operation:
    """One way to change an image.

    Args:
        title: One line of text.
        moves: Whether it moves pixels, and so masks too; else it changes light or colour.
        arguments: By name; each operation has ``probability``, the share of patches it comes to.
        source: Where it comes from; empty for what everybody does.
    """

    title: str
    moves: bool
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    source: str = ""


def _often(default: float) -> dict[str, Argument]:
    return {PROBABILITY: Argument("share of patches that it comes to", default, 0, 1)}


OPERATIONS: dict[str, Operation] = {
    "flips": Operation("mirror images, exact", moves=True, arguments=_often(1.0)),
    "turns": Operation(
        "right-angle turns, exact, where a patch is square", moves=True, arguments=_often(1.0)
    ),
    "scale": Operation(
        "larger or smaller, the same along all axes",
        moves=True,
        arguments={
            "low": Argument("least factor", 0.75, 0.2, 1),
            "high": Argument("greatest factor", 1.33, 1, 5),
            **_often(0.3),
        },
    ),
    "rotate": Operation(
        "turned by any angle in the plane of height and width",
        moves=True,
        arguments={"degrees": Argument("most, either way", 45, 0, 180), **_often(0.2)},
    ),
    "elastic": Operation(
        "bent by a smooth random field, the same for image and mask",
        moves=True,
        arguments={
            "shift": Argument("standard deviation of the way of a point, pixels", 4, 0, 50),
            "spacing": Argument("between points that move on their own, pixels", 32, 4, 512),
            **_often(0.1),
        },
        source="Simard, Steinkraus and Platt 2003, ICDAR",
    ),
    "brightness": Operation(
        "all values higher or lower",
        moves=False,
        arguments={"amount": Argument("most, of the range", 0.1, 0, 1), **_often(0.3)},
    ),
    "contrast": Operation(
        "values spread or drawn together around their mean",
        moves=False,
        arguments={
            "low": Argument("least factor", 0.75, 0, 1),
            "high": Argument("greatest factor", 1.33, 1, 10),
            **_often(0.3),
        },
    ),
    "gamma": Operation(
        "values to a power: dark parts lighter or darker",
        moves=False,
        arguments={
            "low": Argument("least power", 0.7, 0.1, 1),
            "high": Argument("greatest power", 1.5, 1, 10),
            **_often(0.2),
        },
    ),
    "noise": Operation(
        "normal noise on each pixel",
        moves=False,
        arguments={
            "deviation": Argument("greatest standard deviation, of the range", 0.04, 0, 1),
            **_often(0.1),
        },
    ),
    "blur": Operation(
        "out of focus, by a normal window",
        moves=False,
        arguments={
            "low": Argument("least standard deviation, pixels", 0.3, 0, 20),
            "high": Argument("greatest standard deviation, pixels", 1.0, 0, 20),
            **_often(0.1),
        },
    ),
    "channels": Operation(
        "each channel lighter or darker on its own",
        moves=False,
        arguments={"amount": Argument("most, as a factor above or below 1", 0.15, 0, 1),
                   **_often(0.2)},
    ),
    "stain": Operation(
        "haematoxylin, eosin and DAB stronger or weaker, in colour images",
        moves=False,
        arguments={"amount": Argument("most, as a factor above or below 1", 0.2, 0, 1),
                   **_often(0.2)},
        source="Ruifrok and Johnston 2001, Anal. Quant. Cytol. Histol. 23(4); "
        "Tellez et al. 2018, arXiv:1808.05896",
    ),
    "invert": Operation("light becomes dark", moves=False, arguments=_often(0.1)),
}  # fmt: skip

PRESETS: dict[str, str] = {
    "none": "",
    "light": "flips+turns+brightness+contrast",
    "standard": "flips+turns+scale+rotate+brightness+contrast+gamma+noise+blur+channels",
    "strong": (
        "flips+turns+scale(low=0.5,high=2,probability=0.5)+rotate(degrees=180,probability=0.3)"
        "+elastic(probability=0.2)+brightness(amount=0.2)+contrast(low=0.6,high=1.6)"
        "+gamma(low=0.5,high=2,probability=0.3)+noise(deviation=0.08,probability=0.2)"
        "+blur(high=1.5,probability=0.2)+channels(amount=0.3,probability=0.3)+stain+invert"
    ),
}
