"""The doctor: a folder's problems, what to look at, what there is, and what to begin with.

Problems do not keep it from telling of the images that are good.
"""

from dataclasses import dataclass, field
from pathlib import Path

from archforge.data.advice import Advice, advice_for
from archforge.data.cache import cache_home
from archforge.data.digests import content_hash
from archforge.data.findings import Finding, findings_of
from archforge.data.formats import list_examples
from archforge.data.kept_survey import kept_examination
from archforge.data.options import DataOptions
from archforge.data.source import Listing
from archforge.data.summary import Summary, summarize
from archforge.data.survey import Progress, Survey, examine
from archforge.errors import Problem


@dataclass(frozen=True)
class Checkup:
    """What the doctor found in a folder.

    Args:
        problems: What must be mended before training.
        summary: Facts about what could be read; ``None`` where nothing could.
        findings: What to look at, the worst first.
        advice: What to begin with.
        survey: All that was seen.
    """

    problems: tuple[Problem, ...]
    summary: Summary | None = None
    findings: tuple[Finding, ...] = ()
    advice: Advice | None = None
    survey: Survey | None = field(default=None, repr=False)

    def words(self) -> list[str]:
        """Plain sentences: what to look at, what there is, what to do."""
        if self.summary is None or self.advice is None:
            return []
        first, *facts = self.summary.words()
        mend = ["Problems must be mended first, see below; what could be read:"]
        look = [f"Look at: {finding.text}" for finding in self.findings]
        begin = self.advice.words(self.summary)
        return [*(mend if self.problems else ()), first, *look, *facts, *begin]

    def facts(self) -> dict[str, object]:
        """What ``--json`` prints."""
        known = self.summary.facts() if self.summary else {}
        advice = self.advice
        return {
            **known,
            "findings": [vars(finding) for finding in self.findings],
            "patch": advice.patch if advice else None,
            "depth": advice.depth if advice else None,
            "command": advice.command if advice else None,
            "problems": [problem.facts() for problem in self.problems],
        }


def check_up(
    path: Path, options: DataOptions | None = None, progress: Progress | None = None
) -> Checkup:
    """Read a whole folder and say what there is to say.

    Args:
        path: The folder.
        options: What the person says of the masks.
        progress: Called with files done and files in all.

    Raises:
        ProblemError: The folder is missing, empty or has no known layout.
    """
    found = list_examples(Path(path))
    read, problems = _examined(found, options, progress)
    if read is None:
        return Checkup(tuple(problems))
    summary = summarize(read)
    findings = findings_of(read, summary)
    return Checkup(tuple(problems), summary, findings, advice_for(read, summary), read)


def _examined(
    found: Listing, options: DataOptions | None, progress: Progress | None
) -> tuple[Survey | None, list[Problem]]:
    try:
        home = cache_home()
        return kept_examination(found, content_hash(found, home), home, progress, options)
    except OSError:  # without a cache it takes longer, but says the same
        return examine(found, progress, options)
