"""What is shown while a comparison goes on: bars on a terminal, lines elsewhere; on stderr."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bars

from archforge.cli.search import ENDING
from archforge.cli.train import clock
from archforge.compare import Progress
from archforge.compare.rows import place_of


@contextmanager
def shown(epochs: int) -> Iterator[Progress]:
    """Show a comparison.

    Args:
        epochs: Of each training, at most.
    """
    console = Console(stderr=True, highlight=False, no_color=bool(os.environ.get("NO_COLOR")))
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[facts]}"))
    with Bars(*columns, console=console, transient=True) as bars:
        yield Moving(console, bars, epochs)


class Lines(Progress):
    """A line for each training."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.total = self.done = self._first = 0
        self._start = 0.0

    def begun(self, total: int, done: int) -> None:
        """Several comparisons may follow one another."""
        self.total, self.done, self._first = total, done, done
        self._start = time.monotonic()
        if done:
            self._say(f"{done} of {total} trainings are there already")

    def ended(self, name: str, fold: int | None, seed: int, words: str) -> None:
        """How it ended, and how long the others may take."""
        self.done += 1
        count = f"[{self.done} of {self.total}]{self.left()}"
        self._say(f"{place(name, fold, seed)}: {words}  {count}")

    def again(self, name: str, fold: int | None, seed: int, words: str) -> None:
        """It counts when it has ended for good."""
        self._say(f"{place(name, fold, seed)}: {words}")

    def ending(self) -> None:
        """Ctrl-C came."""
        self._say(ENDING)

    def measuring(self, name: str) -> None:
        """It takes a few seconds."""
        self._say(f"{name}: its predictions are timed")

    def left(self) -> str:
        """How long the trainings to come may take, from those of this session."""
        done = self.done - self._first
        if not 0 < done < self.total - self._first:
            return ""
        seconds = (time.monotonic() - self._start) / done * (self.total - self.done)
        return f"  about {clock(seconds)} left"

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)


class Moving(Lines):
    """The same lines, with a bar for each training that runs below them."""

    def __init__(self, console: Console, bars: Bars, epochs: int) -> None:
        super().__init__(console)
        self._bars, self._epochs = bars, epochs
        self._whole = bars.add_task("trainings", total=None, facts="")
        self._running: dict[tuple[str, int | None, int], Any] = {}

    def begun(self, total: int, done: int) -> None:
        """The bar of all trainings."""
        super().begun(total, done)
        self._bars.update(self._whole, total=total, completed=done, facts=f"{done} of {total}")

    def epoch(self, name: str, fold: int | None, seed: int, epoch: int, value: float) -> None:
        """The bar of one training."""
        key = (name, fold, seed)
        if key not in self._running:
            self._running[key] = self._bars.add_task(place(*key), total=self._epochs, facts="")
        facts = f"epoch {epoch}/{self._epochs}  {value:.4f}"
        self._bars.update(self._running[key], completed=epoch, facts=facts)

    def ended(self, name: str, fold: int | None, seed: int, words: str) -> None:
        """Its bar goes, a line stays."""
        self._gone(name, fold, seed)
        super().ended(name, fold, seed, words)
        facts = f"{self.done} of {self.total}{self.left()}"
        self._bars.update(self._whole, completed=self.done, facts=facts)

    def again(self, name: str, fold: int | None, seed: int, words: str) -> None:
        """Its bar begins anew."""
        self._gone(name, fold, seed)
        super().again(name, fold, seed, words)

    def _gone(self, *key: Any) -> None:
        if key in self._running:
            self._bars.remove_task(self._running.pop(key))


def place(name: str, fold: int | None, seed: int) -> str:
    """A training, as a person reads it."""
    return f"{name}, {place_of(fold, seed)}"
