"""``archforge show``."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from archforge.cli.options import json_option, print_json, spec_options

Facts = Mapping[str, Any]


@click.command(epilog="Example:  archforge show unet --preset tutorial --nodes")
@spec_options
@click.option("--nodes", is_flag=True, help="One line for every node.")
@click.option("--origin", is_flag=True, help="The spec with what it inherits, and from where.")
@json_option
def command(
    spec: str,
    preset: str | None,
    given: dict[str, Any],
    nodes: bool,
    origin: bool,
    as_json: bool,
) -> None:
    """Show a spec's shapes, parameters, MACs, memory, receptive field and accepted sizes."""
    from archforge.analysis import facts
    from archforge.catalog import read_architecture

    found = read_architecture(spec)
    if origin:
        from archforge.catalog import whole_tree
        from archforge.spec.write import origin_text

        tree = whole_tree(found.text, found.spec.file, found.spec.home)
        click.echo(origin_text(tree), nl=False)
        return
    graph = found.graph(preset, given)
    known = facts(graph, found.sizes(graph))
    if as_json:
        print_json(known)
        return
    for line in (*_summary(known), *(_nodes(known["nodes"]) if nodes else ())):
        click.echo(line)


def _summary(known: Facts) -> Iterator[str]:
    preset = f", preset {known['preset']}" if known["preset"] else ""
    yield click.style(f"{known['name']}{preset} ({known['task']})", bold=True)
    for label, text in _rows(known):
        yield f"  {label:<18}{text}"


def _rows(known: Facts) -> Iterator[tuple[str, str]]:
    for key, label in (("inputs", "input"), ("outputs", "output")):
        for name, shape in known[key].items():
            weight = known.get("loss_weights", {}).get(name) if key == "outputs" else None
            counts = "" if weight is None else f", its loss counts {weight:g}"
            yield label, f"{name} {_shape(shape)}{counts}"
    if known["hyperparameters"]:
        from archforge.spec.rewrite import written

        values = known["hyperparameters"].items()
        yield "hyperparameters", ", ".join(f"{name}={written(value)}" for name, value in values)
    counts = known["parameters"]
    fixed = f" ({counts['non_trainable']:,} not trainable)" if counts["non_trainable"] else ""
    yield "parameters", f"{counts['total']:,}{fixed}"
    yield "MACs", f"{known['macs']:,} for one image (FLOPs = 2 x MACs)"
    alive = known["activation_bytes"]
    yield (
        "activations",
        (
            f"{_size(alive['training'])} in training, {_size(alive['inference'])} in prediction, "
            f"for one image in {alive['dtype']}"
        ),
    )
    for name, field in known["receptive_field"].items():
        seen = f"{_shape(field)}{' positions' if len(field) == 1 else ''}"
        yield "receptive field", f"{seen} of the input for each position of {name}"
    for name, sizes in _by_image(known["accepted_sizes"]).items():
        yield "accepted sizes", f"{_sizes(sizes)}{f' for {name}' if name else ''}"
        yield "halo", _halo(sizes["halo"])
    yield "fingerprint", known["fingerprint"]


def _by_image(sizes: Facts | None) -> Facts:
    """Accepted sizes by the name of the image; no name where there is one image."""
    return {"": sizes} if sizes is not None and "minimum" in sizes else sizes or {}


def _halo(halo: list[int] | None) -> str:
    if halo is None:
        return "none: every position reads the whole image"
    return f"{_shape(halo)} on each side, by which tiles of a large image must overlap"


def _sizes(sizes: Facts) -> str:
    minimum, step = sizes["minimum"], sizes["step"]
    if not any(step):
        return f"{_shape(minimum)} only: Flatten and Dense fix it"
    every = "every size" if {*step} == {1} else f"then in steps of {_shape(step)}"
    return f"{_shape(minimum)} at least, {every}"


def _shape(shape: Sequence[int | None]) -> str:
    return " x ".join("any" if side is None else str(side) for side in shape)


def _size(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB"


def _nodes(nodes: list[Facts]) -> Iterator[str]:
    names = max(len(node["name"]) for node in nodes)
    layers = max(len(node["layer"]) for node in nodes)
    yield ""
    shapes = max(16, *(len(_shape(node["shape"])) for node in nodes))
    header = f"{'node':<{names}}  {'layer':<{layers}}  {'shape':<{shapes}}"
    yield click.style(f"{header}{'parameters':>12}{'MACs':>16}  from", bold=True)
    for node in nodes:
        yield (
            f"{node['name']:<{names}}  {node['layer']:<{layers}}  {_shape(node['shape']):<{shapes}}"
            f"{node['parameters']:>12,}{node['macs']:>16,}  {', '.join(node['from'])}"
        )
