"""Arrays of any shape and type in one file: what is written is read, what is damaged is not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from archforge.data.cache import kept_store
from archforge.data.store import Store, read_store, write_store

IMAGE = np.arange(30, dtype=np.uint16).reshape(3, 5, 2)
MASK = np.eye(3, 5, dtype=np.uint8)
ANY_ARRAY = st.tuples(
    st.sampled_from(["uint8", "uint16", "uint32", "int32", "float32"]),
    st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple),
).flatmap(lambda kind: arrays(*kind))


def written(folder: Path, *entries: dict[str, NDArray[Any]], **facts: Any) -> Store:
    write_store(folder, entries, facts)
    store = read_store(folder)
    assert store is not None
    return store


def test_images_of_two_shapes_and_types_lie_side_by_side(tmp_path: Path) -> None:
    store = written(tmp_path, {"image": IMAGE, "mask": MASK}, {"image": MASK}, ids=["a", "b"])

    assert np.array_equal(store.read(0, "image"), IMAGE)
    assert np.array_equal(store.read(1, "image"), MASK)
    assert (store.shape(0), store.shape(1)) == ((3, 5, 2), (3, 5))
    assert (store.has(0, "mask"), store.has(1, "mask")) == (True, False)
    assert (len(store), store.facts) == (2, {"ids": ["a", "b"]})
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "image.bin",
        "index.json",
        "mask.bin",
    ]


def test_what_is_read_cannot_be_written_to(tmp_path: Path) -> None:
    store = written(tmp_path, {"image": IMAGE})

    with pytest.raises(ValueError, match="read-only"):
        store.read(0, "image")[0, 0, 0] = 1


@given(st.lists(ANY_ARRAY, min_size=1, max_size=5))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, found: list[NDArray[Any]]
) -> None:
    store = written(tmp_path_factory.mktemp("store"), *({"image": one} for one in found))

    for row, one in enumerate(found):
        read = store.read(row, "image")
        assert (read.dtype, read.shape) == (one.dtype, one.shape)
        assert read.tobytes() == one.tobytes()


def test_a_type_that_is_not_stored_is_a_broken_promise(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="float64 is not stored"):
        write_store(tmp_path, [{"image": IMAGE.astype(float)}], {})


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("index.json", b""),
        ("index.json", b"[]"),
        (
            "index.json",
            b'{"facts": {}, "rows": [{"image": {"shape": [3], "type": "O", "start": 0}}]}',
        ),
        ("index.json", b'{"facts": {}, "rows": [{"image": {"shape": [9], "type": "uint8"}}]}'),
        ("image.bin", b"short"),
        ("image.bin", b""),
    ],
)
def test_what_is_damaged_is_not_read_but_made_again(
    tmp_path: Path, file: str, content: bytes
) -> None:
    made: list[int] = []

    def entries() -> list[dict[str, NDArray[Any]]]:
        made.append(1)
        return [{"image": IMAGE}]

    kept_store(tmp_path / "store", {"a": 1}, entries)
    (tmp_path / "store" / file).write_bytes(content)
    assert read_store(tmp_path / "store") is None

    store = kept_store(tmp_path / "store", {"a": 1}, entries)

    assert np.array_equal(store.read(0, "image"), IMAGE)
    assert len(made) == 2


def test_a_store_of_other_facts_is_made_again(tmp_path: Path) -> None:
    kept_store(tmp_path / "store", {"ids": ["a"]}, lambda: [{"image": IMAGE}])

    store = kept_store(tmp_path / "store", {"ids": ["b"]}, lambda: [{"image": MASK}])

    assert np.array_equal(store.read(0, "image"), MASK)


def test_a_folder_that_is_none_holds_no_store(tmp_path: Path) -> None:
    assert read_store(tmp_path / "nowhere") is None
