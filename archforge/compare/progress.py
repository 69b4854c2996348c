"""What a person is told while a comparison goes on."""


class Progress:
    """What a person is told: does nothing by itself."""

    def begun(self, total: int, done: int) -> None:
        """How many trainings there are, and how many are done already."""

    def epoch(self, name: str, fold: int | None, seed: int, epoch: int, value: float) -> None:
        """An epoch of a training has ended, with the score that chooses the best one."""

    def ended(self, name: str, fold: int | None, seed: int, words: str) -> None:
        """A training has ended: with its score, or why it has none."""

    def again(self, name: str, fold: int | None, seed: int, words: str) -> None:
        """A training ended, and is to be tried once more: why, and how."""

    def ending(self) -> None:
        """Ctrl-C came: what runs ends after its epoch."""

    def measuring(self, name: str) -> None:
        """The predictions of a network are timed."""
