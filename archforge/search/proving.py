"""The proof over the space, before the first trial: what cannot be built is never begun."""

from archforge.analysis.space import proof_lines, prove
from archforge.errors import Mark, refuse
from archforge.search.space import Space


def space_words(space: Space) -> tuple[str, ...]:
    """Words on the combinations of the space that do not build; none may be trained.

    Raises:
        ProblemError: No combination builds.
    """
    read = space.architecture
    proof = prove(read.spec, space.preset, space.fixed, finder=read.finder)
    if not proof.building:
        head, *rest = proof_lines(read.spec.name, proof)
        refuse(
            "AF613",
            "no network of this space builds",
            mark=Mark(read.spec.file),
            why="; ".join(line.strip() for line in (head, *rest[:3])),
            fix="see `archforge check SPEC --space`, and open other ranges",
        )
    if proof.building == proof.tried:
        return ()
    how = "" if proof.exact else ", judged by a sample"
    words = (
        f"{proof.tried - proof.building:,} of {proof.tried:,} combinations of the space do not "
        f"build{how}; they are drawn again and never trained: `archforge check SPEC --space`."
    )
    return (words,)
