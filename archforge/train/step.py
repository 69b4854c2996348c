"""One step of learning, traced once.

A bare ``tf.function`` and not ``model.fit``: it starts sooner (no callbacks, no metrics), its first
epoch can be stopped between any two steps, and what happens in it stands here. Weight decay, the
limit of gradients, their accumulation and averaged weights are Keras's own.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from archforge.build.quiet import keras, tensorflow
from archforge.errors import refuse
from archforge.train.batches import Batch
from archforge.train.settings import OPTIMIZERS, Settings

Step = Callable[[Any, Any], Any]
# Not decayed: what shifts or scales (He et al. 2019, arXiv:1812.01187, section 3.1).
UNDECAYED = ("bias", "gamma", "beta")


def make_optimizer(settings: Settings, precision: str = "float32") -> Any:
    """The Keras optimizer that the settings name, its learning rate a variable."""
    make = getattr(keras.optimizers, OPTIMIZERS[settings.optimizer])
    extra: dict[str, Any] = {}
    if settings.clip:
        extra["global_clipnorm"] = float(settings.clip)
    if settings.ema:
        extra |= {"use_ema": True, "ema_momentum": float(settings.ema)}
    if settings.accumulate > 1:
        extra["gradient_accumulation_steps"] = settings.accumulate
    # Stated even at 0: AdamW and its kin decay by default.
    extra["weight_decay"] = float(settings.weight_decay) or None
    if settings.optimizer == "adamw" and not settings.weight_decay:
        extra["weight_decay"] = 0.0
    optimizer = make(learning_rate=float(settings.learning_rate), **extra)
    if settings.ema:
        # Read in the traced step, so that it can rise from step to step.
        optimizer.ema_momentum = tensorflow.Variable(0.0, trainable=False)
    if settings.weight_decay:
        optimizer.exclude_from_weight_decay(var_names=list(UNDECAYED))
    if precision == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


def inner_of(optimizer: Any) -> Any:
    """The optimizer that holds the averages: inside the one that scales the loss, if there is."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def momentum_of(optimizer: Any) -> Any:
    """The variable of the momentum of averaged weights."""
    return inner_of(optimizer).ema_momentum


def make_step(
    model: Any, outputs: Mapping[str, float], loss: Any, optimizer: Any, truth_axes: int = 3
) -> Any:
    """A function of images and truths that changes the weights and returns the loss.

    Any number of images uses the one trace. With several outputs the losses of all are summed, as
    in Keras.

    Args:
        model: Built.
        outputs: Keras names of its outputs, in the order of the truths, and what the loss of each
            counts.
        loss: Of truths and scores.
        optimizer: Not yet built.
        truth_axes: Of one truth: 3 for masks with the axis of the batch, 1 for classes of images.
    """
    weights = model.trainable_variables
    optimizer.build(weights)
    kind = "uint8" if truth_axes > 1 else "int32"
    truth = tensorflow.TensorSpec((None,) * truth_axes, kind)
    signature = [tensorflow.TensorSpec(model.inputs[0].shape, "float32"), (truth,) * len(outputs)]

    def step(images: Any, truths: Any) -> Any:
        with tensorflow.GradientTape() as tape:
            scores = model(images, training=True)
            each = [scores[name] for name in outputs] if isinstance(scores, dict) else [scores]
            losses = [loss(*pair) for pair in zip(truths, each, strict=True)]
            total = sum(w * one for w, one in zip(outputs.values(), losses, strict=True))
            total = sum(model.losses, start=total)
            scaled = optimizer.scale_loss(total)
        optimizer.apply(tape.gradient(scaled, weights), weights)
        return total

    return tensorflow.function(step, input_signature=signature, autograph=False)


def run_epoch(
    step: Step, batches: Iterable[Batch], before: Callable[[int], None] | None = None
) -> float:
    """Take a step for each batch; the mean loss over images.

    Args:
        step: As ``make_step`` makes it.
        batches: Of the epoch.
        before: Called with the number of each batch, from 0: sets the learning rate.

    Raises:
        ProblemError: The loss is no number any more.
    """
    total, images = 0.0, 0
    for number, batch in enumerate(batches):
        if before:
            before(number)
        truths = tuple(tensorflow.constant(truth) for truth in batch.truths)
        loss = float(step(tensorflow.constant(batch.images), truths))
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
