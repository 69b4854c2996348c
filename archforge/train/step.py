"""One step of learning, traced once.

A bare ``tf.function`` and not ``model.fit``: it starts sooner (no callbacks, no metrics), its first
epoch can be stopped between any two steps, and what happens in it stands here.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from archforge.build.quiet import keras, tensorflow
from archforge.errors import refuse
from archforge.train.batches import Batch
from archforge.train.settings import OPTIMIZERS, Settings

Step = Callable[[Any, Any], Any]


def make_optimizer(settings: Settings) -> Any:
    """The Keras optimizer that the settings name."""
    make = getattr(keras.optimizers, OPTIMIZERS[settings.optimizer])
    return make(learning_rate=float(settings.learning_rate))


def make_step(model: Any, outputs: Mapping[str, float], loss: Any, optimizer: Any) -> Any:
    """A function of images and masks that changes the weights and returns the loss.

    Any number of images uses the one trace. With several outputs the losses of all are summed, as
    in Keras.

    Args:
        model: Built.
        outputs: Keras names of its outputs, in the order of the masks, and what the loss of each
            counts.
        loss: Of masks and scores.
        optimizer: Not yet built.
    """
    weights = model.trainable_variables
    optimizer.build(weights)
    mask = tensorflow.TensorSpec((None, None, None), "uint8")
    signature = [tensorflow.TensorSpec(model.inputs[0].shape, "float32"), (mask,) * len(outputs)]

    def step(images: Any, masks: Any) -> Any:
        with tensorflow.GradientTape() as tape:
            scores = model(images, training=True)
            each = [scores[name] for name in outputs] if isinstance(scores, dict) else [scores]
            losses = [loss(*pair) for pair in zip(masks, each, strict=True)]
            total = sum(w * one for w, one in zip(outputs.values(), losses, strict=True))
            total = sum(model.losses, start=total)
            scaled = optimizer.scale_loss(total)
        optimizer.apply(tape.gradient(scaled, weights), weights)
        return total

    return tensorflow.function(step, input_signature=signature, autograph=False)


def run_epoch(step: Step, batches: Iterable[Batch]) -> float:
    """Take a step for each batch; the mean loss over images.

    Raises:
        ProblemError: The loss is no number any more.
    """
    total, images = 0.0, 0
    for batch in batches:
        masks = tuple(tensorflow.constant(mask) for mask in batch.masks)
        loss = float(step(tensorflow.constant(batch.images), masks))
        if not math.isfinite(loss):
            refuse(
                "AF509",
                f"the loss is {loss}: the training diverged",
                why="steps that are too long throw the weights out of all bounds",
                fix="use a learning rate of a tenth; with `values: byte` let the network start "
                "with a Rescaling, and look for a layer that divides by zero",
            )
        total += loss * len(batch.images)
        images += len(batch.images)
    return total / images
