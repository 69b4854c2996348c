"""What a layer's record owes: it agrees with the Keras layer that it describes."""

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from archforge.build import build_model, keras, keras_class, keras_layer, load_saved, model_facts
from archforge.graph import PLACES, Layer, Shape, Span, show_shape
from archforge.layers import layer as layer_called
from archforge.spec.validate import misfit
from archforge.testing.cases import LayerCase, graph_of, images, one_or_all
from archforge.testing.counting import traced_macs
from archforge.testing.gradients import cut, holds, smooth, spans, supports
from archforge.testing.promises import broken_promises


class LayerContract:
    """Tests of one layer or several; a subclass states ``cases``, and its name starts with Test."""

    cases: ClassVar[Sequence[LayerCase]] = ()

    def smoothed(self, layer: Layer) -> Layer:
        """A layer with the same windows and a gradient wherever it reads.

        Override it where the layer has none there: a maximum has one tap with a gradient.
        """
        return smooth(layer)

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Give each test its cases; pytest calls this."""
        last = {case.kind: case for case in self.cases if case.known}
        kinds = list({case.kind: None for case in self.cases})
        given: dict[str, tuple[Sequence[Any], Any]] = {
            "case": (self.cases, str),
            "of_images": ([case for case in self.cases if case.of_images], str),
            "last": (list(last.values()), str),
            "kind": (kinds, lambda kind: kind.called()),
        }
        for name, (values, ids) in given.items():
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, values, ids=ids)

    def teardown_method(self) -> None:
        """Forget the names that Keras has counted; pytest calls this."""
        keras.backend.clear_session(free_memory=False)

    def test_a_spec_can_name_it(self, kind: type[Layer]) -> None:
        found = layer_called(kind.called())

        assert found is kind, (
            f"a spec that says `layer: {kind.called()}` gets {found}, not {kind}: "
            "is its package installed, and does its entry point name this class?"
        )

    def test_it_says_what_it_is(self, kind: type[Layer]) -> None:
        summary = kind.summary()

        assert summary.endswith("."), f"the docstring of {kind.called()} opens with no sentence"

    def test_the_arguments_are_accepted(self, case: LayerCase) -> None:
        known = case.kind.arguments()

        for name, value in case.arguments.items():
            wrong = misfit(known[name].schema, value)
            assert wrong is None, f"'{name}' of {case.kind.called()} {wrong}"

    def test_shape_parameters_and_macs_equal_those_of_keras(self, case: LayerCase) -> None:
        graph = graph_of(case)
        node = graph.nodes["it"]

        model = build_model(graph)

        counted = model_facts(model)
        if node.layer.NAME:  # model_facts knows the kernels of archforge's own layers
            counted["macs"] = traced_macs(model) if case.known else graph.macs(node)
        shape, parameters = tuple(model.output.shape[1:]), node.parameters
        assert shape == node.shape, _differ("shape", show_shape(node.shape), show_shape(shape))
        for what in ("trainable", "non_trainable"):
            said = getattr(parameters, what)
            assert said == counted[what], _differ(f"{what} parameters", said, counted[what])
        assert graph.macs(node) == counted["macs"], _differ(
            "MACs", graph.macs(node), counted["macs"]
        )

    def test_arguments_and_defaults_are_those_of_keras(self, kind: type[Layer]) -> None:
        signature = inspect.signature(keras_class(kind).__init__).parameters
        own = [name for name in kind.arguments() if name not in Layer.BASE]

        for name in own:
            assert name in signature, f"the Keras class has no argument '{name}'"
            default, required = signature[name].default, name in kind.required()
            if default is inspect.Parameter.empty:
                assert required, f"the Keras class has no default for '{name}', the record has one"
                continue
            assert not required, f"the Keras class has a default for '{name}', the record has none"
            kept = _kept(kind, name, default)
            assert kind.default(name) == kept, _differ(
                f"default of '{name}'", kind.default(name), kept
            )

    def test_a_saved_model_loads_and_gives_the_same(self, last: LayerCase, tmp_path: Path) -> None:
        # The record itself, where `build` would take the plain Keras layer in its place.
        layer = last.layer
        tensors = [keras.Input(shape) for shape in last.inputs]
        made = keras_layer(layer, "it")
        model = keras.Model(one_or_all(tensors, layer), made(one_or_all(tensors, layer)))
        batch = one_or_all(images(last.inputs, batch=2), layer)
        expected = np.asarray(model(batch))

        model.save(tmp_path / "model.keras")
        loaded = load_saved(tmp_path / "model.keras")

        np.testing.assert_array_equal(np.asarray(loaded(batch)), expected)
        assert expected.shape[1:] == layer.shape(last.inputs)

    def test_reads_is_the_support_of_the_gradient(self, of_images: LayerCase) -> None:
        layer, inputs = of_images.layer, of_images.inputs
        made = layer.shape(inputs)
        asked = [(axis, span) for axis in range(len(made) - 1) for span in spans(made[axis] or 1)]

        found = supports(self.smoothed(layer), inputs, asked)

        for (axis, span), there in zip(asked, found, strict=True):
            each = layer.reads_each(span, axis, inputs)
            said = [cut(one, shape[axis]) for one, shape in zip(each, inputs, strict=True)]
            assert _agree(said, there, exact=of_images.exact), _reads(span, axis, said, there, made)

    def test_its_shape_hangs_on_what_it_says(self, case: LayerCase) -> None:
        others = [other for other in self.cases if other.kind is case.kind]

        broken = broken_promises(case, others)

        assert not broken, f"{case.kind.called()}: {'; '.join(broken)}"


def _kept(kind: type[Layer], name: str, given: Any) -> Any:
    """Keras's default as a record would keep it: (1, 1) for 1, `zeros` for `Zeros`."""
    plain = list(given) if isinstance(given, tuple) else given
    return kind.arguments()[name].convert(plain)


def _agree(said: list[Span | None], found: list[Span | None], *, exact: bool) -> bool:
    if exact:
        return said == found
    return all(holds(one, other) for one, other in zip(said, found, strict=True))


def _differ(what: str, said: object, found: object) -> str:
    return f"{what}: the record says {said}, Keras has {found}"


def _reads(
    span: Span, axis: int, said: list[Span | None], found: list[Span | None], made: Shape
) -> str:
    along = PLACES[len(made)][axis]
    return f"output {along} {span}: `reads` says input {along} {said}, the gradient says {found}"
