"""What to expect of few examples, said before one waits for it."""

from typing import Any

from jaxgan.run.errors import warn
from jaxgan.run.kinds.kind import Kind

FEW = 300
"""Examples, below which a GAN learns them by heart and measures say little."""


def tell_trainer(source: Any, batch_size: int, kind: Kind) -> None:
    """Says what training on few examples, or with batches larger than the set, gives.

    Args:
      source: of the examples; of endless ones nothing is said.
      batch_size: of a batch.
      kind: of the examples: what they are called, and what helps.
    """
    unit = kind.unit
    size = getattr(source, "size", None)
    if not isinstance(size, int) or size < 1:
        return
    if size < FEW:
        # A generator that is shown what it makes its samples of has less to copy.
        made = "outputs" if kind.held_out else "samples"
        then = "worse for others than for these" if kind.held_out else "that copy them"
        helps = (f"a few hundred {unit} at least", *kind.remedies)
        warn(
            f"{size} {unit} are few: expect the discriminator to learn them by heart, "
            f"and {made} {then}; what helps: {', '.join(helps)}, or --start-from a "
            "trained run"
        )
    if batch_size > size:
        warn(
            f"a batch of {batch_size} holds each of the {size} {unit} more than once: "
            f"--batch-size {size} or less is as good, and quicker"
        )


def tell_evaluator(counts: dict[str, int], unit: str) -> None:
    """Says what measures of few examples are worth.

    Args:
      counts: of the examples compared, by what they are: real, generated.
      unit: what they are called.
    """
    few = [f"{count} {what}" for what, count in counts.items() if count < FEW]
    if few:
        warn(
            f"{' and '.join(few)} {unit} are few to measure by: expect FID far above, "
            "and other figures off, those of thousands; compare only figures of the "
            "same numbers"
        )
