"""Pages and sheets to look at: each one file that needs nothing beside it.

This room knows how findings are laid out for the eye: templates, thumbnails, bars. It works nothing
out itself. ``page`` is a page as data, and writes it as HTML, ``markdown`` as Markdown; ``plots``
and ``rank_plots`` draw figures with their numbers, ``scores`` makes tables of those of a run;
``run_page``, ``study_page``, ``comparison_page`` and ``several_page`` say what stands on each. Text
is escaped by Jinja, every picture has its words, and no page asks anything of the network.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archforge.report.data_page import write_data_page
from archforge.report.preview_sheet import write_preview

if TYPE_CHECKING:
    from archforge.report.reporting import write_report

__all__ = ["write_data_page", "write_preview", "write_report"]


def __getattr__(name: str) -> Callable[..., Any]:
    if name != "write_report":
        raise AttributeError(f"module 'archforge.report' has no attribute {name!r}")
    found: Callable[[Path, Path], None] = import_module("archforge.report.reporting").write_report
    return found
