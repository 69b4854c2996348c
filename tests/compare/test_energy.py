"""The energy of processors, read from files as Linux has them."""

from pathlib import Path

from archforge.compare.energy import counters, joules_between


def package(root: Path, number: int | str, energy: int, name: str = "package-0") -> Path:
    place = root / f"intel-rapl:{number}"
    place.mkdir(exist_ok=True)
    (place / "name").write_text(f"{name}\n")
    (place / "energy_uj").write_text(f"{energy}\n")
    (place / "max_energy_range_uj").write_text("1000000\n")
    return place


def test_two_processors_are_added_and_their_cores_are_not_counted_twice(tmp_path: Path) -> None:
    package(tmp_path, 0, 100_000)
    package(tmp_path, 1, 900_000, "package-1")
    package(tmp_path, "0:0", 1, "core")
    package(tmp_path, 2, 1, "psys")  # the whole machine, on laptops
    before = counters(tmp_path)
    package(tmp_path, 0, 350_000)
    package(tmp_path, 1, 150_000, "package-1")  # it has run over
    package(tmp_path, "0:0", 9_000, "core")
    package(tmp_path, 2, 9_000, "psys")

    assert joules_between(before, counters(tmp_path)) == 0.25 + 0.25


def test_a_machine_that_says_nothing_has_no_energy(tmp_path: Path) -> None:
    package(tmp_path, 0, 5)
    (tmp_path / "intel-rapl:0/energy_uj").unlink()

    assert counters(tmp_path / "nowhere") == {}
    assert counters(tmp_path) == {}
    assert joules_between({}, {}) is None
