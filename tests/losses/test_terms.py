"""What a person may write for a loss, its one text, and what is refused with its place."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.errors import ProblemError
from archforge.losses import LOSSES, Term, loss_from_mapping, loss_terms
from archforge.losses.terms import join_terms


def canonical(text: str) -> str:
    return join_terms(loss_terms(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dice+bce", "bce+dice"),
        (" bce + dice ", "bce+dice"),
        ("auto", "auto"),
        ("1*dice", "dice"),
        ("0.50 * dice + focal( gamma = 1.5 )", "0.5*dice+focal(gamma=1.5)"),
        ("focal(gamma=2.0)", "focal"),
        ("tversky(beta=.9,alpha=1e-1)", "tversky(alpha=0.1,beta=0.9)"),
        ("2.*dice+1e-7*bce", "1e-07*bce+2*dice"),
    ],
)
def test_equal_losses_have_one_text(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"dice": 1, "bce": 1.0}, "bce+dice"),
        ({"dice": 0.5, "focal": {"weight": 1, "gamma": 1.5}}, "0.5*dice+focal(gamma=1.5)"),
        ({"focal": {"gamma": 2}, "boundary": {}}, "boundary+focal"),
    ],
)
def test_a_mapping_says_the_same(value: dict[str, Any], expected: str) -> None:
    assert loss_from_mapping(value) == expected


@st.composite
def sums(draw: st.DrawFn) -> tuple[Term, ...]:
    terms = []
    for name in draw(st.sets(st.sampled_from(sorted(LOSSES)), min_size=1)):
        known = LOSSES[name].arguments
        values = {key: draw(st.floats(arg.low, arg.high)) for key, arg in known.items()}
        told = {key: value for key, value in values.items() if value != known[key].default}
        weight = draw(st.floats(1e-9, 1e9))
        terms.append(Term(name, weight, tuple(sorted(told.items()))))
    return tuple(sorted(terms, key=lambda term: term.name))


@given(sums())
def test_what_is_written_is_read_back_as_it_was(terms: tuple[Term, ...]) -> None:
    assert loss_terms(join_terms(terms)) == terms


@given(st.text(alphabet="dice bfoal+*(=),0.5-gm", max_size=14))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        canonical(text)
    except ProblemError as error:
        codes = {problem.code for problem in error.problems}
    else:
        codes = {"AF504"}

    assert codes == {"AF504"}


@pytest.mark.parametrize(
    ("text", "message", "why"),
    [
        ("dice+", "the loss 'dice+' cannot be read at column 6",
         "it ends where a loss should stand"),
        ("", "the loss '' cannot be read at column 1", "it ends where a loss should stand"),
        ("0.5dice", "the loss '0.5dice' cannot be read at column 4",
         "'dice' stands where '*' should stand"),
        ("dice bce", "the loss 'dice bce' cannot be read at column 6",
         "'bce' stands where '+' should stand"),
        ("focal(gamma)", "the loss 'focal(gamma)' cannot be read at column 12",
         "')' stands where '=' should stand"),
        ("focal(gamma=x)", "the loss 'focal(gamma=x)' cannot be read at column 13",
         "'x' stands where a number should stand"),
        ("focal(gamma=1", "the loss 'focal(gamma=1' cannot be read at column 14",
         "it ends where ')' should stand"),
        ("__import__('os')", "the loss '__import__('os')' cannot be read at column 12",
         "''' stands where an argument should stand"),
    ],
)  # fmt: skip
def test_what_is_no_sum_is_refused_with_its_column(text: str, message: str, why: str) -> None:
    with pytest.raises(ProblemError) as caught:
        loss_terms(text)

    (problem,) = caught.value.problems
    assert (problem.code, problem.message, problem.why) == ("AF504", message, why)


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("dyce", "no loss is called 'dyce'", "did you mean 'dice'?"),
        ("auto+dice", "no loss is called 'auto'",
         "use one of: " + ", ".join(sorted(LOSSES))),
        ("dice+2*dice", "the loss 'dice' stands twice", "write each loss once"),
        ("0*dice", "the weight of 'dice' cannot be 0", "give a number above 0"),
        ("-1*dice", "the weight of 'dice' cannot be -1", "give a number above 0"),
        ("dice(gamma=1)", "the loss 'dice' has no argument 'gamma'", "write 'dice' alone"),
        ("focal(gama=1)", "the loss 'focal' has no argument 'gama'", "did you mean 'gamma'?"),
        ("focal(gamma=-1)", "gamma of 'focal' cannot be -1", "give a number from 0 to 10"),
        ("focal(gamma=1,gamma=2)",
         "'gamma' stands twice, again at column 15 of 'focal(gamma=1,gamma=2)'",
         "write each argument once"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_can(text: str, message: str, fix: str) -> None:
    with pytest.raises(ProblemError) as caught:
        loss_terms(text)

    (problem,) = caught.value.problems
    assert (problem.code, problem.message, problem.fix) == ("AF504", message, fix)


def test_all_problems_of_a_sum_come_at_once_with_their_places() -> None:
    with pytest.raises(ProblemError) as caught:
        loss_terms("dyce+focal(gamma=11)+bse")

    assert [problem.message for problem in caught.value.problems] == [
        "no loss is called 'dyce'",
        "gamma of 'focal' cannot be 11",
        "no loss is called 'bse'",
    ]
    assert caught.value.problems[2].why == "it stands at column 22 of 'dyce+focal(gamma=11)+bse'"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "a loss cannot be nothing"),
        ({1: 2}, "a loss cannot be names that are no text"),
        ({"dice": None}, "the weight of 'dice' cannot be 'None'"),
        ({"dice": True}, "the weight of 'dice' cannot be 'True'"),
        ({"dice": 10**400}, "the weight of 'dice' cannot be so large a number"),
        ({"focal": {"gamma": "high"}}, "gamma of 'focal' cannot be 'high'"),
        ({"focal": {"weight": float("nan")}}, "the weight of 'focal' cannot be nan"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(value: Any, message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        loss_from_mapping(value)

    assert [problem.message for problem in caught.value.problems] == [message]
