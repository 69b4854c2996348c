"""Images and masks: from a person's folder to arrays that a network can be trained on.

This room knows file formats, what mask values mean, splits, sizes, value ranges and drawn images.
It knows nothing of networks, metrics or Keras, and draws no picture to look at.

- ``inspect_folder`` says what a folder holds; ``open_dataset`` reads, splits and caches it.
- Everything wrong in a folder is found in one pass and raised as one ``ProblemError``.
- A type of file is one module in ``files`` and one line in ``files.READERS``; a layout of folders
  is one module in ``layouts`` and one line in ``formats.FORMATS``; a value range is one line in
  ``values.VALUES``; a kind of drawn images is one file and one line in ``synth.KINDS``.
"""

from archforge.data.checkup import Checkup, check_up
from archforge.data.dataset import Dataset, open_dataset
from archforge.data.examples import Examples, joined
from archforge.data.files import Picture, read_image, read_mask
from archforge.data.formats import FORMATS
from archforge.data.masks import MaskRule
from archforge.data.normalize import NORMALIZE, Fitted, Preparation, Statistics
from archforge.data.options import IGNORED, DataOptions
from archforge.data.patches import Patches, patches_of, whole_images
from archforge.data.resize import centre_crop, resize_scores
from archforge.data.source import Source
from archforge.data.split import split_sources
from archforge.data.summary import Summary, inspect_folder
from archforge.data.synth import KINDS, write_synth
from archforge.data.values import VALUES

__all__ = [
    "FORMATS",
    "IGNORED",
    "KINDS",
    "NORMALIZE",
    "VALUES",
    "Checkup",
    "DataOptions",
    "Dataset",
    "Examples",
    "Fitted",
    "MaskRule",
    "Patches",
    "Picture",
    "Preparation",
    "Source",
    "Statistics",
    "Summary",
    "centre_crop",
    "check_up",
    "inspect_folder",
    "joined",
    "open_dataset",
    "patches_of",
    "read_image",
    "read_mask",
    "resize_scores",
    "split_sources",
    "whole_images",
    "write_synth",
]
