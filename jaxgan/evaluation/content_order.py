"""An order of examples that follows from what they are, not from how they lie."""

import hashlib

import jax
import numpy as np

from jaxgan.core.seeds import checked_seed


def content_order(examples, seed: int = 0) -> np.ndarray:
    """Shuffles examples by a seed, the same way in whatever order they come.

    They are sorted by a hash of their numbers, and then shuffled: what is drawn of a
    set by its first places is a function of the set and the seed. Equal examples are
    sorted side by side, and stand for each other.

    Args:
      examples: a tree of arrays [N, ...] of real numbers.
      seed: of the order.

    Returns:
      Indices [N], int64.

    Raises:
      ValueError: if the seed is no whole number from 0 to 2⁶⁴ - 1.
    """
    chance = np.random.default_rng(checked_seed(seed))
    hashes = content_hashes(examples)
    return np.argsort(hashes, kind="stable")[chance.permutation(len(hashes))]


def content_hashes(examples) -> np.ndarray:
    """Hashes every example's numbers: [N], uint64.

    Args:
      examples: a tree of arrays [N, ...] of real numbers.
    """
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(examples)]
    count = len(leaves[0]) if leaves else 0
    hashes = np.empty(count, np.uint64)
    for place in range(count):
        digest = hashlib.blake2b(digest_size=8)
        for leaf in leaves:
            # -0.0 + 0.0 is 0.0: the same number has the same bytes.
            digest.update(np.ascontiguousarray(leaf[place]) + leaf.dtype.type(0))
        hashes[place] = int.from_bytes(digest.digest(), "little")
    return hashes
