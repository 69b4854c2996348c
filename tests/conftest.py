"""Settings of all tests."""

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from hypothesis import settings

# A busy machine is slow now and then; time is measured in benchmarks, never in a test.
settings.register_profile("archforge", deadline=None)
settings.load_profile("archforge")


@pytest.fixture
def full_disk() -> Callable[[int], AbstractContextManager[None]]:
    """While it lasts, no file can grow beyond so many bytes: writing fails as on a full disk."""

    @contextmanager
    def limited(most_bytes: int) -> Iterator[None]:
        before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))

    return limited
