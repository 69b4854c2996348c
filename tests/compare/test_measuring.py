"""What networks cost is known as far as the memory of the machine allows."""

from pathlib import Path
from typing import Any

import pytest

from archforge.build.quiet import tensorflow
from archforge.catalog import read_architecture
from archforge.compare import measuring
from archforge.crew.jobs import Job
from archforge.data import DataOptions
from archforge.train import Settings

pytestmark = pytest.mark.keras


def too_large_from(batch: int) -> Any:
    def speed(model: object, asked: int) -> dict[str, int]:
        del model
        if asked >= batch:
            raise tensorflow.errors.ResourceExhaustedError(None, None, "of the test")
        return {"batch": asked}

    return speed


@pytest.fixture
def job(tmp_path: Path) -> Job:
    graph = read_architecture("unet").graph("tutorial", {"size": 16, "filters": 2})
    return Job(
        number=0, graph=graph, values={}, fixed={}, spec_text="", folder=tmp_path, data=tmp_path,
        options=DataOptions(), settings=Settings(), threads=1,
    )  # fmt: skip


def test_a_batch_that_is_too_large_leaves_the_time_of_one_image(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "begin_process", lambda job: None)
    monkeypatch.setattr(measuring, "_speed", too_large_from(8))

    found = measuring.measure(job, lambda epoch, value: True)

    assert found.facts["speeds"] == [{"batch": 1}]


def test_an_image_that_is_too_large_is_no_bug_of_ours(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "begin_process", lambda job: None)
    monkeypatch.setattr(measuring, "_speed", too_large_from(1))

    with pytest.raises(MemoryError):
        measuring.measure(job, lambda epoch, value: True)
