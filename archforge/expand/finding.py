"""What an expansion needs to know of other files; ``archforge.catalog`` reads them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from archforge.spec import Spec


@dataclass(frozen=True)
class Found:
    """An architecture that another one names.

    Args:
        spec: Its form is sound.
        preset: The preset that the name meant (``vgg19``), if it meant one.
    """

    spec: Spec
    preset: str | None = None


class Finder(Protocol):
    """Finds what a spec names outside itself."""

    def architecture(self, name: str, home: Path | None) -> Found:
        """The architecture called ``name`` in the spec that lies at ``home``.

        Raises:
            ProblemError: There is none, or it has problems of its own.
        """

    def weights(self, name: str, home: Path | None) -> Path:
        """The file or run of weights called ``name`` in the spec that lies at ``home``.

        Raises:
            ProblemError: There is none, or it is no such file.
        """
