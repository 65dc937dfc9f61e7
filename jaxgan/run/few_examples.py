"""What to expect of few examples, said before one waits for it."""

from typing import Any

from jaxgan.run.errors import warn

FEW = 300
"""Examples, below which a GAN learns them by heart and measures say little."""


def tell_trainer(source: Any, batch_size: int, unit: str) -> None:
    """Says what training on few examples, or with batches larger than the set, gives.

    Args:
      source: of the examples; of endless ones nothing is said.
      batch_size: of a batch.
      unit: what examples are called.
    """
    size = getattr(source, "size", None)
    if not isinstance(size, int) or size < 1:
        return
    if size < FEW:
        warn(
            f"{size} {unit} are few: expect the discriminator to learn them by heart, "
            f"and samples that copy them; a few hundred {unit} at least, augmentation "
            "(as of stylegan2_ada_folder) or --start-from a trained run help"
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
