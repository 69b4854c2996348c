"""What patch size and depth a folder suggests, from the sizes of its objects and images.

Objects that lie in a patch whole teach more than pieces, and a network must see an object and what
is around it to know where it ends. So both follow from the diameter that 95 of 100 objects stay
below:

- a patch is the least multiple of 32 that holds it twice, at least 128, at most what nine of ten
  images can give;
- a depth is the least at which the receptive field of ``unet_residual`` is twice that diameter.
"""

from dataclasses import dataclass

import numpy as np

from archforge.data.summary import Summary
from archforge.data.survey import Survey

STEP = 32
LEAST_PATCH, MOST_PATCH = 128, 512
# Receptive field by depth, as `archforge show unet_residual --set depth=D --set size=1024` says.
FIELDS = {2: 44, 3: 100, 4: 204, 5: 412}


@dataclass(frozen=True)
class Advice:
    """What to begin with.

    Args:
        patch: Height and width of patches in pixels; 0 where whole images have a class.
        depth: Of a U-Net; 0 likewise.
        command: A line to type.
    """

    patch: int
    depth: int
    command: str

    def words(self, summary: Summary) -> list[str]:
        """The advice and its reason."""
        if not self.patch:
            return [f"To begin with: {self.command}"]
        across = f"the large objects ({summary.diameters[2]:.0f} pixels across)"
        patch = f"Patches of {self.patch} x {self.patch} pixels hold {across} twice"
        depth = f"Depth {self.depth}: a U-Net then sees {FIELDS[self.depth]} pixels across"
        return [
            f"{patch}, and fit nearly all images.",
            f"{depth}, the large objects and what is around them.",
            f"To begin with: {self.command}",
        ]


def advice_for(read: Survey, summary: Summary) -> Advice:
    """Patch, depth and a command for a folder."""
    data = f"--data {_quoted(summary.folder)}"
    if summary.task == "classification":
        return Advice(0, 0, f"archforge train malaria_cnn {data}")
    large = summary.diameters[2]
    patch = patch_for(large, [min(row.height, row.width) for row in read.readings])
    depth = depth_for(large)
    if all(len(row.shape) == 3 for row in read.readings):
        return Advice(patch, depth, f"archforge train unet_3d {data}")
    command = f"archforge train unet_residual {data} --set size={patch} --set depth={depth}"
    return Advice(patch, depth, command + " --target instances" * read.rule.has_instances)


def patch_for(diameter: float, sides: list[int]) -> int:
    """The patch for objects of a diameter and images of these shorter sides."""
    wanted = min(max(STEP * int(np.ceil(2 * diameter / STEP)), LEAST_PATCH), MOST_PATCH)
    room = STEP * int(np.percentile(sides, 10) // STEP)
    return max(min(wanted, room), STEP)


def depth_for(diameter: float) -> int:
    """The depth for objects of a diameter, from 2 to 5."""
    wide = (depth for depth, field in FIELDS.items() if field >= 2 * diameter)
    return next(wide, max(FIELDS))


def _quoted(folder: str) -> str:
    return f"'{folder}'" if " " in folder else folder
