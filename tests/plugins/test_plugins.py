"""Layers and blocks of an installed package, through the whole program."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from archforge.blocks import known_blocks
from archforge.catalog import check
from archforge.cli import run
from archforge.errors import ProblemError
from archforge.graph import Graph, fingerprint
from archforge.layers import LAYERS, known_layers, layer
from archforge.schema import language_schema
from archforge.schema.steps import call_schema
from archforge.spec.validate import misfit
from tests.plugins.packages import LAB, metadata, on_path
from tests.specs import HEAD, graph_of, problems_of, spec_text

STEPS = (
    "  - {layer: lab/SpaceToDepth}\n"
    "  - {block: lab/gate, name: gate, kernel_size: 3}\n"
    "  - {layer: UpSampling2D}\n" + HEAD
)
TEXT = spec_text(STEPS)


@pytest.fixture
def spec(tmp_path: Path) -> str:
    file = tmp_path / "spec.yaml"
    file.write_text(TEXT)
    return str(file)


@pytest.mark.usefixtures("lab")
def test_a_spec_may_name_what_a_package_offers(spec: str) -> None:
    graph = check(spec)

    first = graph.nodes["space_to_depth_1"]
    assert first.kind == "lab/SpaceToDepth"
    assert first.shape == (16, 16, 4)
    assert first.parameters.total == 4
    assert graph.nodes["gate.conv2d_1"].within[-1].label == "lab/gate"
    assert graph.node("gate").shape == (16, 16, 4)


@pytest.mark.usefixtures("lab")
def test_arguments_defaults_and_formulas_reach_a_plug_in(tmp_path: Path) -> None:
    steps = "  - {layer: =unit, name: deep}\n  - {layer: UpSampling2D, size: 4}\n" + HEAD
    top = (
        "hyperparameters:\n  unit: {default: lab/SpaceToDepth, one_of: [lab/SpaceToDepth]}\n"
        "defaults:\n  lab/SpaceToDepth: {block_size: 4, scale: false}\n"
    )

    graph = graph_of(tmp_path, spec_text(steps, top))

    assert graph.nodes["deep"].shape == (8, 8, 16)
    assert graph.nodes["deep"].parameters.total == 0


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{layer: lab/SpaceToDepth, size: 2}", "AF101 lab/SpaceToDepth has no 'size'"),
        ("{layer: lab/SpaceToDepth, block_size: 0}", "AF105 block_size must be at least 1, not 0"),
        ("{layer: lab/SpaceToDepth, block_size: 5}", "AF231 lab/SpaceToDepth cannot cut 32"),
        ("{block: lab/gate, kernel_size: x}", "AF104 kernel_size must be a whole number, not 'x'"),
    ],
)
def test_arguments_and_shapes_are_refused_as_those_of_our_own(
    step: str, message: str, tmp_path: Path
) -> None:
    (problem,) = problems_of(tmp_path, spec_text(f"  - {step}\n{HEAD}"))

    assert message in str(problem)
    assert problem.mark is not None
    assert problem.mark.line == 6


@pytest.mark.usefixtures("lab")
def test_list_and_schema_hold_plug_ins(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "layers"]) == 0
    assert run(["list", "blocks"]) == 0

    listed = capsys.readouterr().out
    assert "lab/SpaceToDepth" in listed
    assert "lab/gate" in listed
    assert "arXiv:1612.08083" in listed
    assert set(known_layers()) - set(LAYERS) == {"lab/SpaceToDepth"}
    assert "lab/gate" in known_blocks()
    text = json.dumps(language_schema())
    assert '"lab/SpaceToDepth"' in text
    assert '"lab/gate"' in text


@pytest.mark.usefixtures("lab")
def test_the_schema_of_a_step_knows_the_arguments() -> None:
    schema = call_schema("layer", "lab/SpaceToDepth")

    assert misfit(schema, {"layer": "lab/SpaceToDepth", "block_size": 3}) is None
    assert misfit(schema, {"layer": "lab/SpaceToDepth", "size": 3}) is not None


@pytest.mark.keras
@pytest.mark.usefixtures("lab")
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras 3.15
def test_a_plug_in_is_shown_drawn_built_saved_and_loaded(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from archforge.build import load_saved

    assert run(["show", spec, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert run(["draw", spec, "-o", str(tmp_path / "it.svg")]) == 0
    assert run(["build", spec, "-o", str(tmp_path / "it.keras")]) == 0
    loaded = load_saved(tmp_path / "it.keras")

    assert loaded.count_params() == shown["parameters"]["total"]
    assert "lab/SpaceToDepth" in (tmp_path / "it.svg").read_text()
    kinds = {type(one).__module__ for one in loaded.layers}
    assert "lab.keras_layers" in kinds


FRESH = """
import sys
from pathlib import Path
import numpy as np
from archforge.build import load_saved

model = load_saved(Path(sys.argv[1]))
np.save(sys.argv[2], np.asarray(model(np.load(sys.argv[3]))))
"""


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras 3.15
def test_a_fresh_process_loads_it_and_one_without_the_package_refuses(
    lab: list[str], spec: str, tmp_path: Path
) -> None:
    from archforge.build import build_model

    model, file = build_model(check(spec)), tmp_path / "it.keras"
    model.save(file)
    image = np.random.default_rng(0).uniform(size=(1, 32, 32, 1)).astype("float32")
    np.save(tmp_path / "image.npy", image)
    words = [sys.executable, "-c", FRESH]
    words += [str(file), str(tmp_path / "out.npy"), str(tmp_path / "image.npy")]

    subprocess.run(words, check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(lab)})
    refused = subprocess.run(words, capture_output=True, text=True, check=False)

    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), np.asarray(model(image)))
    assert refused.returncode == 1
    assert "AF512 the saved network names 'lab.keras_layers.SpaceToDepth'" in refused.stderr


SCAN = """
import sys
from archforge.cli import run
status = run(sys.argv[1:])
print(sorted(name for name in sys.modules if name in ("importlib.metadata", "tensorflow", "keras")
    or name.partition(".")[0] == "lab"))
sys.exit(status)
"""


@pytest.mark.parametrize(
    ("name", "loaded"),
    [("unet", "[]"), ("SPEC", "['importlib.metadata', 'lab', 'lab.blocks', 'lab.layers']")],
)
def test_only_a_spec_that_names_a_plug_in_looks_for_it(
    name: str, loaded: str, lab: list[str], spec: str
) -> None:
    words = ["check", spec if name == "SPEC" else name]

    done = subprocess.run(
        [sys.executable, "-c", SCAN, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*lab, str(Path.cwd())])},
    )

    assert (done.returncode, done.stdout.strip()) == (0, loaded), done.stderr


def test_a_package_that_is_not_installed_is_said_with_what_to_do(tmp_path: Path) -> None:
    found = problems_of(tmp_path, spec_text("  - {layer: nowhere-to-be-found/Swirl}\n" + HEAD))

    assert [problem.code for problem in found] == ["AF103"]
    assert "'nowhere-to-be-found' is not installed" in found[0].why
    assert "`pip install nowhere-to-be-found`" in found[0].fix


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("step", "fix"),
    [
        ("{layer: lab/SpaceToDept}", "did you mean 'lab/SpaceToDepth'?"),
        ("{layer: lab/gate}", "'lab/gate' is a block: write `block: lab/gate`"),
        ("{block: lab/SpaceToDepth}", "write `layer: lab/SpaceToDepth`"),
        ("{layer: lab/Other}", "installed now: lab/SpaceToDepth"),
        ("{layer: Lab/SpaceToDepth}", "did you mean 'lab/SpaceToDepth'?"),
        ("{layer: ../lab/x}", "installed now: lab/SpaceToDepth"),
    ],
)
def test_a_name_that_no_package_offers_is_said_with_the_nearest(
    step: str, fix: str, tmp_path: Path
) -> None:
    (problem,) = problems_of(tmp_path, spec_text(f"  - {step}\n{HEAD}"))

    assert problem.code == "AF103"
    assert fix in problem.fix


OTHER = '''
from typing import ClassVar
from archforge.graph import Layer, record

@record
class Identity(Layer):
    """Its input, as it is."""
    NAME: ClassVar[str] = "{package}/Identity"
    KERAS: ClassVar[str] = "keras.layers:Identity"
'''


def test_layers_of_one_name_from_two_packages_are_two_networks(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    for package in ("one", "two"):
        metadata(folder, package, {"archforge.layers": {"Identity": f"broken_{package}:Identity"}})
        (folder / f"broken_{package}.py").write_text(OTHER.format(package=package))
    graphs: list[Graph] = []

    with on_path(str(folder)):
        for name in ("Identity", "one/Identity", "two/Identity"):
            steps = f"  - {{layer: {name}}}\n{HEAD}"
            graphs.append(graph_of(tmp_path, spec_text(steps)))

    assert len({fingerprint(graph) for graph in graphs}) == 3
    assert all("identity_1" in graph.nodes for graph in graphs)


@pytest.mark.usefixtures("lab")
def test_a_plug_in_is_loaded_once() -> None:
    assert layer("lab/SpaceToDepth") is layer("lab/SpaceToDepth")


def test_an_unknown_name_raises_no_other_error() -> None:
    with pytest.raises(ProblemError, match=r"AF008|AF001"):
        check("lab/SpaceToDepth")


@pytest.mark.slow
def test_pip_installs_it_with_its_entry_points(spec: str, tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--target", str(tmp_path / "site"), str(LAB)], check=True)

    with on_path(str(tmp_path / "site")):
        graph = check(spec)

    assert graph.nodes["space_to_depth_1"].kind == "lab/SpaceToDepth"


def test_metadata_that_cannot_be_read_offers_nothing(tmp_path: Path) -> None:
    site = tmp_path / "site"
    metadata(site, "sick", {})
    (site / "sick-0.1.dist-info" / "entry_points.txt").write_text("[archforge.layers]\nIt\n")

    with on_path(str(site)):
        found = problems_of(tmp_path, spec_text("  - {layer: sick/It}\n" + HEAD))
        status = run(["list", "layers"])

    assert [problem.code for problem in found] == ["AF103"]
    assert "sick 0.1 is installed, and offers no such layer" in found[0].why
    assert status == 0


@pytest.mark.usefixtures("lab")
def test_an_editor_offers_plug_ins() -> None:
    from archforge.studio.telling import record_text

    text = record_text("lab/SpaceToDepth")

    assert "Squares of pixels" in text
    assert "`block_size`" in text
