"""Pieces of Markdown that the pages share."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar inside a cell is written so that it does not end it."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *cells))


def fence(language: str, text: str) -> str:
    """A block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def page(title: str, *parts: str) -> str:
    """A page of its parts; empty ones are left out."""
    return "\n\n".join([f"# {title}", *(part for part in parts if part)]) + "\n"


def plain(docstring: str) -> str:
    """A docstring's text as Markdown writes it."""
    return docstring.replace("``", "`")


def file_name(name: str) -> str:
    """The name of a page's file; a plug-in's bar would be a folder."""
    return f"{name.replace('/', '.')}.md"
