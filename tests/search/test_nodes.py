"""Several nodes on one study: who holds what, and who is dead."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from archforge.search.claims import TURN, Claims, Who
from archforge.search.nodes import Node, here, is_gone
from archforge.search.patience import Patience
from tests.search.test_death import wait_for

Join = Callable[[], Node]


@pytest.fixture
def claims(tmp_path: Path) -> Iterator[Claims]:
    engine = create_engine(f"sqlite:///{tmp_path / 'study.db'}")
    yield Claims(engine, study=1)
    engine.dispose()


def node(claims: Claims, beat_s: float = 0.05, stale_s: float = 0.5) -> Node:
    return Node(claims, Patience(), beat_s, stale_s)


def test_of_two_nodes_that_want_a_trial_one_gets_it(claims: Claims) -> None:
    with node(claims) as one, node(claims) as two:
        one.claim(7)

        assert two.adopt([7]) is None
        assert one.holds(7)
        assert not two.holds(7)


def test_a_claim_is_taken_from_the_node_that_was_seen_dead_and_from_no_other(
    claims: Claims,
) -> None:
    claims.take(7, "dead")

    assert claims.take(7, "first", before="dead")
    assert not claims.take(7, "second", before="dead")
    assert claims.holders() == {7: "first"}


def test_a_claim_that_is_made_twice_because_an_answer_was_lost_holds(claims: Claims) -> None:
    claims.take(7, "one")

    assert claims.take(7, "one")
    assert claims.take(8, "one", before="dead") is False


def test_studies_of_one_database_do_not_see_each_other(claims: Claims, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'study.db'}")
    other = Claims(engine, study=2)
    claims.take(7, "one")

    assert other.take(7, "two")
    engine.dispose()


def test_a_node_that_goes_leaves_its_trials_to_the_others(claims: Claims) -> None:
    with node(claims) as one:
        one.claim(7)

    with node(claims) as two:
        assert two.adopt([7]) == 7
        assert two.adopt([7]) is None  # it is its own by now


def test_a_killed_process_of_this_machine_is_seen_at_once(claims: Claims) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    who = replace(here(), pid=child.pid, born=_born_of(child.pid))
    claims.beat("dead", who)
    claims.take(7, "dead")
    lived = not is_gone(who)
    child.kill()
    child.communicate()

    with node(claims, stale_s=600.0) as other:
        assert lived
        assert other.adopt([7]) == 7


def _born_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def test_a_process_that_has_the_id_of_a_dead_one_is_not_taken_for_it() -> None:
    assert not is_gone(here())
    assert is_gone(replace(here(), born="1"))


def test_a_node_of_another_machine_is_dead_when_its_beat_stands_still(claims: Claims) -> None:
    claims.beat("far", Who("another machine", os.getpid(), "1"))
    claims.take(7, "far")

    with node(claims) as one:
        at_first = one.adopt([7])
        later = wait_for(lambda: one.adopt([7]) == 7, 20.0)

    assert at_first is None
    assert later


def test_a_node_of_another_machine_that_beats_keeps_its_trial(claims: Claims) -> None:
    with node(claims, stale_s=5.0) as one, node(claims, stale_s=5.0) as far:
        far._me = replace(far._me, machine="another machine")  # noqa: SLF001 (no second machine)
        far.claim(7)

        assert not wait_for(lambda: one.adopt([7]) == 7, 2.0)


def test_a_turn_of_a_dead_node_passes_to_the_next(claims: Claims) -> None:
    claims.take(TURN, "dead")

    with node(claims) as one, one.turn():
        assert claims.holders() == {TURN: one.name}

    assert claims.holders() == {}
