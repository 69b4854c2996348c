"""Names of architectures -> files.

A name is an architecture's (``unet``), or a preset's that is unique in the zoo (``vgg19``);
anything with a separator or an ending is a path, and ``-`` is standard input.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from archforge.errors import Problem, ProblemError, did_you_mean, refuse
from archforge.spec import Mapping, Scalar, read_text
from archforge.spec.read import file_text

FOLDERS = ("classification", "segmentation")
ENDINGS = (".yaml", ".yml")
WEIGHTS = (".keras", ".weights.h5")


def zoo() -> Path:
    """The folder of shipped architectures: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "architectures"
    return inside if inside.is_dir() else package.parent / "architectures"


@lru_cache(maxsize=1)
def shipped() -> dict[str, Path]:
    """Every shipped architecture by name."""
    files = [path for folder in FOLDERS for path in sorted((zoo() / folder).glob("*.yaml"))]
    return {path.stem: path for path in files}


def is_path(name: str) -> bool:
    """Whether ``name`` is written as a path, not as a name."""
    return "/" in name or "\\" in name or name.endswith(ENDINGS)


def named(text: str) -> tuple[str, str | None]:
    """A spec and its preset: ``unet:tutorial`` is ``unet`` and ``tutorial``.

    What follows the last colon is a preset if it can be one: a path has a separator or an ending.
    """
    name, colon, preset = text.rpartition(":")
    if colon and name and preset and not set("/\\") & set(preset) and not preset.endswith("yaml"):
        return name, preset
    return text, None


def find(name: str) -> tuple[Path, str | None]:
    """The shipped file that ``name`` means, and the preset, if it is a preset's name.

    Raises:
        ProblemError: There is none, or there are several.
    """
    if name in shipped():
        return shipped()[name], None
    owners = [(path, preset) for path, preset in _presets() if preset == name]
    if len(owners) == 1:
        return owners[0]
    raise _not_found(name, _having(name) if owners else [])


def _not_found(name: str, owners: list[str]) -> ProblemError:
    known = [*shipped(), *(preset for _, preset in _presets())]
    message, fix = f"there is no architecture '{name}'", did_you_mean(name, known)
    if owners:
        message = f"'{name}' is a preset of several architectures: {', '.join(owners)}"
        fix = f"name the architecture: `{owners[0]} --preset {name}`"
    return ProblemError([Problem("AF008", message, fix=fix)])


def _presets() -> Iterator[tuple[Path, str]]:
    for path in shipped().values():
        for preset in _own_presets(path):
            yield path, preset


@lru_cache(maxsize=256)
def _own_presets(path: Path) -> tuple[str, ...]:
    """Presets written in the file itself; those of a parent are the parent's names."""
    presets = _tree(path).get("presets")
    return tuple(presets.entries) if isinstance(presets, Mapping) else ()


def _having(preset: str) -> list[str]:
    """Every shipped architecture that has ``preset``, of its own or of a shipped parent."""

    def has(name: str) -> bool:
        parent = _tree(shipped()[name]).get("extends")
        above = str(parent.value) if isinstance(parent, Scalar) else ""
        return preset in _own_presets(shipped()[name]) or (above in shipped() and has(above))

    return [name for name in shipped() if has(name)]


@lru_cache(maxsize=256)
def _tree(path: Path) -> Mapping:
    return read_text(file_text(path, path.name), path.name)


def located(name: str, home: Path | None) -> tuple[Path, str | None]:
    """The file of an architecture that a spec names, and the preset that the name means.

    Raises:
        ProblemError: There is no such spec.
    """
    if not is_path(name):
        return find(name)
    path = beside(name, home)
    # Only specs are opened for a spec: a stranger's file does not choose what is read.
    if not path.name.endswith(ENDINGS) or not path.is_file():
        refuse(
            "AF008",
            f"there is no architecture '{name}'",
            why=f"a path is followed from the file that names it, to a file {' or '.join(ENDINGS)}",
            fix="check the path",
        )
    return path, None


def beside(name: str, home: Path | None) -> Path:
    """The path that ``name`` means in a file at ``home``."""
    return (home.parent if home else Path()) / name


def shown(name: str, home: Path | None) -> str:
    """What problems call a file that another one names."""
    if not is_path(name):
        return f"{find(name)[0].stem}.yaml"
    path = beside(name, home).resolve()
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
