"""The ways in which folders of images and masks are laid out, one module each.

Each module has ``detect(root) -> bool``, which looks at names alone, and ``read(root) -> Listing``.
The table is ``FORMATS`` in ``archforge.data.formats``.
"""
