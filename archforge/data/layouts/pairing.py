"""Which mask belongs to which image, by their names, in three rules from plain to lenient.

1. The stems are equal: ``a.tif`` and ``a.png``.
2. The mask's is the image's and one of ``_mask -mask _masks _seg _label _labels _gt``:
   ``a.tif`` and ``a_mask.png``.
3. The stems are equal once prefixes are off, ``image_ img_`` of the image and ``mask_ masks_ seg_
   label_ labels_ gt_`` of the mask: ``img_7.tif`` and ``mask_7.png``.

A pair of an earlier rule is never undone by a later one. Where two masks, or two images, fit by the
same rule, nothing is guessed: that is a problem that names both.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from archforge.data.layouts.pictures import Found
from archforge.errors import Mark, Problem, nearest

SUFFIXES = ("_masks", "_mask", "-mask", "_seg", "_labels", "_label", "_gt")
IMAGE_PREFIXES = ("image_", "img_")
MASK_PREFIXES = ("masks_", "mask_", "seg_", "labels_", "label_", "gt_")
Name = Callable[[str], str | None]


def without_suffix(name: str) -> str | None:
    """``a`` of ``a_mask``, else ``None``."""
    suffix = next((suffix for suffix in SUFFIXES if name.endswith(suffix)), None)
    return name.removesuffix(suffix) if suffix and len(name) > len(suffix) else None


def paired(images: Found, masks: Found) -> tuple[dict[str, str], list[Problem]]:
    """The mask's name for each image's name, and where more than one fits."""
    pairs: dict[str, str] = {}
    problems: list[Problem] = []
    free_images, free_masks = set(images), set(masks)
    for image_name, mask_name in RULES:
        by_image = _by(free_images, image_name)
        by_mask = _by(free_masks, mask_name)
        for key in sorted(by_image.keys() & by_mask.keys()):
            ours, theirs = by_image[key], by_mask[key]
            free_images.difference_update(ours)
            free_masks.difference_update(theirs)
            if len(ours) == len(theirs) == 1:
                pairs[ours[0]] = theirs[0]
            else:
                problems.append(_ambiguous(ours, theirs, images, masks))
    return pairs, problems


def lonely(
    images: Found,
    masks: Found,
    told: Iterable[Problem],
    pairs: dict[str, str],
    *,
    partner: str = "mask",
) -> Iterator[Problem]:
    """Images without mask and masks without image.

    Args:
        images: By name.
        masks: By name.
        told: Problems of files: they, and their partners, are not called lonely as well.
        pairs: Those that were found.
        partner: What ``masks`` are called.
    """
    refused = {Path(problem.mark.file).stem for problem in told if problem.mark}
    free_images = _free(images, pairs.keys(), refused)
    free_masks = _free(masks, pairs.values(), refused)
    for path in free_images.values():
        yield _lonely("AF405", path, "image", partner, free_masks)
    for path in free_masks.values():
        yield _lonely("AF406", path, partner, "image", free_images)


def _free(files: Found, taken: Iterable[str], refused: set[str]) -> Found:
    names = sorted(files.keys() - set(taken))
    return {name: files[name] for name in names if files[name].stem not in refused}


def _same(name: str) -> str | None:
    return name


def _without_prefix(prefixes: tuple[str, ...]) -> Name:
    def stripped(name: str) -> str | None:
        folder, slash, last = name.rpartition("/")
        prefix = next((prefix for prefix in prefixes if last.startswith(prefix)), "")
        return folder + slash + last.removeprefix(prefix)

    return stripped


RULES: tuple[tuple[Name, Name], ...] = (
    (_same, _same),
    (_same, without_suffix),
    (_without_prefix(IMAGE_PREFIXES), _without_prefix(MASK_PREFIXES)),
)


def _by(names: Iterable[str], key: Name) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        short = key(name)
        if short is not None:
            found[short].append(name)
    return found


def _ambiguous(ours: list[str], theirs: list[str], images: Found, masks: Found) -> Problem:
    own = [images[name] for name in ours]
    other = [masks[name] for name in theirs]
    one, row = ("mask", other) if len(other) > 1 else ("image", own)
    partner = own[0] if one == "mask" else other[0]
    return Problem(
        "AF426",
        f"'{row[0].name}' and '{row[1].name}' could both be the {one} of '{partner.name}'",
        Mark(str(row[1])),
        why="names decide which mask belongs to which image, and both names fit",
        fix=f"move one of the two away, or name the {one} that counts exactly '{partner.stem}'",
    )


def _lonely(code: str, path: Path, own: str, partner: str, there: Found) -> Problem:
    near = nearest(path.stem, there)
    rename = (
        f"rename '{there[near].name}' to '{path.stem}{there[near].suffix}', or " if near else ""
    )
    return Problem(
        code,
        f"{own} '{path.name}' has no {partner}",
        Mark(str(path)),
        why=f"no {partner} has the stem '{path.stem}', also with endings such as '_mask'",
        fix=f"{rename}add the {partner}, or remove the {own}",
    )
