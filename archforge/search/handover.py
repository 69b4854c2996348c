"""``best-experiment.yaml``: the best network, the images and the recipe that it was trained with.

`archforge train best-experiment.yaml` trains it as its trial was, and more of it can be changed
there. What has its default is left out.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import yaml

from archforge.data import DataOptions
from archforge.runs.study import BEST
from archforge.search.records import Trial
from archforge.train import Settings


def experiment_text(record: Mapping[str, Any], best: Trial) -> str:
    """The text of an experiment file beside the best spec.

    Args:
        record: Of the study.
        best: Its best trial.
    """
    settings = {**record["settings"], **best.settings, "seed": best.seed}
    options = {**record["options"], "seed": record["seed"]}
    folder = str(Path(record["folder"]).resolve())
    facts = {
        "archforge": 1,
        "kind": "experiment",
        "name": f"best-of-{record['architecture']}",
        "architectures": [BEST],
        "data": {"folder": folder, **_changed(options, DataOptions), "seed": options["seed"]},
        "train": _changed(settings, Settings),
    }
    head = (
        f"# Trains the network of trial {best.number} as the search did: `archforge train` takes\n"
        "# this file. What is not said has its default.\n"
    )
    text: str = yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)
    return head + text


def _changed(values: Mapping[str, Any], owner: type) -> dict[str, Any]:
    """What differs from the defaults of a record, in its order."""
    rows: dict[str, Any] = {}
    for one in fields(owner):
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        value = values.get(one.name, default)
        plain = list(default) if isinstance(default, tuple) else default
        if value != plain:
            rows[one.name] = value
    return rows
