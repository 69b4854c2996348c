"""The energy of processors, read from files as Linux has them."""

from pathlib import Path

from archforge.compare.energy import counters, joules_between


def package(root: Path, number: int, energy: int) -> Path:
    place = root / f"intel-rapl:{number}"
    place.mkdir(exist_ok=True)
    (place / "energy_uj").write_text(f"{energy}\n")
    (place / "max_energy_range_uj").write_text("1000000\n")
    return place


def test_two_processors_are_added_and_their_cores_are_not_counted_twice(tmp_path: Path) -> None:
    package(tmp_path, 0, 100_000)
    package(tmp_path, 1, 900_000)
    (tmp_path / "intel-rapl:0:0").mkdir()  # the cores of the first
    before = counters(tmp_path)
    package(tmp_path, 0, 350_000)
    package(tmp_path, 1, 150_000)  # it has run over

    assert joules_between(before, counters(tmp_path)) == 0.25 + 0.25


def test_a_machine_that_says_nothing_has_no_energy(tmp_path: Path) -> None:
    package(tmp_path, 0, 5)
    (tmp_path / "intel-rapl:0/energy_uj").unlink()

    assert counters(tmp_path / "nowhere") == {}
    assert counters(tmp_path) == {}
    assert joules_between({}, {}) is None
