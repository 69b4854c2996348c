"""The whole-space proof: which combinations of hyperparameters build, why the others do not.

``axes`` says what varies, ``sizes`` which image sizes one network takes, ``prove`` goes through the
combinations, ``words`` says what was found. Nothing here is guessed from a few points: an
expansion whose formulas ask for no height and no width does the same steps at every size, so its
recorded layers are played at each size in turn; two expansions with the same windows accept the
same sizes. Where a space is too large, or continuous, points are drawn and the proof says so.
"""

from archforge.analysis.space.axes import Axis
from archforge.analysis.space.prove import Extreme, Part, Proof, prove
from archforge.analysis.space.words import proof_facts, proof_lines, series_words

__all__ = [
    "Axis",
    "Extreme",
    "Part",
    "Proof",
    "proof_facts",
    "proof_lines",
    "prove",
    "series_words",
]
