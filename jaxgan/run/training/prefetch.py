"""Batches prepared ahead of their steps."""

import collections
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor

from jaxgan.core.types import Tree

SLOW = 0.002
"""Seconds that a batch may take before threads prepare it ahead of its step."""


def feed(
    batch_at: Callable[[int], Tree], steps: range, threads: int | None = None
) -> Generator[Tree]:
    """Yields `batch_at(step)` for every step in order.

    Args:
      batch_at: a pure function of the step.
      steps: which.
      threads: how many prepare batches ahead; by default none if a batch is quick to
        make, as a gather in memory is, else 2. The batches are the same.
    """
    if threads is None and steps:
        batch_at(steps[0])  # fills caches: the order of the epoch
        began = time.perf_counter()
        batch_at(steps[0])
        threads = 2 if time.perf_counter() - began > SLOW else 0
    if not threads:
        yield from map(batch_at, steps)
        return
    pool = ThreadPoolExecutor(threads, thread_name_prefix="feed")
    waiting: collections.deque[Future[Tree]] = collections.deque()
    try:
        for step in steps:
            waiting.append(pool.submit(batch_at, step))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
