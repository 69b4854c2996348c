"""All pages by their path, and the index that leads to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from archforge.blocks import known_blocks
from archforge.catalog import shipped, summary
from archforge.docs.markdown import fence, file_name, page, table
from archforge.docs.records import block_page, layer_page
from archforge.docs.zoo import architecture_pages, gallery
from archforge.errors import CODES
from archforge.errors import page as problem_page
from archforge.layers import known_layers

INDEX = "index.md"
GALLERY = "gallery.md"
PLUGINS = "plugins.md"


@dataclass(frozen=True)
class Command:
    """One command of the command line.

    Args:
        line: What it does, in a line.
        help: What ``--help`` prints.
    """

    line: str
    help: str


def site(commands: Mapping[str, Command]) -> dict[str, str]:
    """Every page and picture by its path; the same registries give the same bytes."""
    found = {
        INDEX: _index(commands),
        GALLERY: gallery(shipped()),
        PLUGINS: _by_hand(PLUGINS),
    }
    for name, layer in known_layers().items():
        found[f"layers/{file_name(name)}"] = layer_page(name, layer)
    for name, block in known_blocks().items():
        found[f"blocks/{file_name(name)}"] = block_page(name, block)
    for name, path in shipped().items():
        made = architecture_pages(name, path)
        found |= {f"architectures/{file}": text for file, text in made.items()}
    for name, command in commands.items():
        text = page(f"archforge {name}", fence("text", command.help))
        found[f"commands/{file_name(name)}"] = text
    for code in CODES:
        found[f"problems/{code}.md"] = f"{problem_page(code).rstrip()}\n"
    back = f"\n[All pages](../{INDEX})\n"
    return {
        path: text + (back if "/" in path and path.endswith(".md") else "")
        for path, text in found.items()
    }


def _index(commands: Mapping[str, Command]) -> str:
    layers = {name: kind.summary() for name, kind in known_layers().items()}
    blocks = {name: kind.summary() for name, kind in known_blocks().items()}
    zoo = {name: summary(path).title for name, path in shipped().items()}
    lines = {name: command.line for name, command in commands.items()}
    return page(
        "archforge",
        "Made by `archforge docs` from what is installed.",
        f"[Gallery]({GALLERY}): the picture of every architecture.",
        f"[Plug-ins]({PLUGINS}): layers and blocks of other packages.",
        *_section("Architectures", "architectures", zoo),
        *_section("Layers", "layers", layers),
        *_section("Blocks", "blocks", blocks),
        *_section("Commands", "commands", lines),
        *_section("Problems", "problems", CODES),
    )


def _section(title: str, folder: str, texts: Mapping[str, str]) -> tuple[str, str]:
    rows = [(f"[{name}]({folder}/{file_name(name)})", text) for name, text in texts.items()]
    return f"## {title}", table(("", ""), rows)


def _by_hand(name: str) -> str:
    return files("archforge.docs").joinpath(name).read_text("utf-8")
