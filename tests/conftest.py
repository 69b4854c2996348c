"""Settings of all tests."""

from hypothesis import settings

# A busy machine is slow now and then; time is measured in benchmarks, never in a test.
settings.register_profile("archforge", deadline=None)
settings.load_profile("archforge")
