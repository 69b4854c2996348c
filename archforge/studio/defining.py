"""Go to definition: from a use of a name to where it is made."""

from collections.abc import Iterator

from lsprotocol import types

from archforge.studio.bindings import use_at
from archforge.studio.opened import Opened


def definitions(opened: Opened, uri: str, offset: int) -> Iterator[types.Location]:
    """The places that make what is named at ``offset``."""
    for place in opened.places(offset):
        found = use_at(opened.written.uses, place)
        for use in opened.written.uses if found is not None else ():
            assert found is not None
            if use.declares and use.thing == found.thing:
                start = opened.now(use.start)
                if start is not None:
                    yield types.Location(uri, opened.text.range(start, start + use.end - use.start))
