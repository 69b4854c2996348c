"""What two networks do not share.

``align`` says which node is which, ``difference`` compares the pairs and counts what is left over;
whether they are one network says the fingerprint alone, for which names do not matter.
"""

from archforge.analysis.difference.difference import difference, shown
from archforge.analysis.difference.records import Change, Changed, Difference, Figure

__all__ = ["Change", "Changed", "Difference", "Figure", "difference", "shown"]
