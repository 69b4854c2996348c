"""Problems: what is wrong in a person's file, data or result, as data.

A ``Problem`` says where, what, why and how to mend it. Rooms collect problems and raise them all at
once as one ``ProblemError``; only the command line prints them. Bad input is never any other
exception: those are bugs of ours.

Every code stands in ``codes.CODES`` and has a page of that name in ``pages/``, whose wrong example
fires it in the tests. To add a code: one line in the table, one page.
"""

from archforge.errors.codes import CODES, page
from archforge.errors.problem import Mark, Problem, ProblemError, Problems, refuse
from archforge.errors.words import did_you_mean, listing, nearest, printable, series

__all__ = [
    "CODES",
    "Mark",
    "Problem",
    "ProblemError",
    "Problems",
    "did_you_mean",
    "listing",
    "nearest",
    "page",
    "printable",
    "refuse",
    "series",
]
