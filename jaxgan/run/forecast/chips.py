"""Chips that need not be there: what libtpu compiles for, and what is published."""

import contextlib
import importlib.util
import math
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

import jax

from jaxgan.run.devices.placement import Device
from jaxgan.run.errors import RunError, suggestion

TARGETS = (
    *("v2:2x2", "v3:2x2", "v4:2x2x1", "v4:2x2x2", "v4:4x4x4"),
    *("v5e:1x1", "v5e:2x2", "v5e:2x4", "v5e:4x4", "v5e:8x16", "v5e:16x16"),
    *("v5p:2x2x1", "v5p:2x2x2", "v5p:4x4x4"),
    *("v6e:1x1", "v6e:2x2", "v6e:2x4", "v6e:4x4", "v6e:16x16", "tpu7x:2x2x1"),
)
"""Names that are known to work; libtpu knows more."""


class Chip(NamedTuple):
    """What is published of one chip, or that part of it which is one device.

    Attributes:
      memory: HBM, in bytes.
      flops: peak, per second, of products of bfloat16.
      bandwidth: of the HBM, in bytes per second.
      links: what it sends to others, through all links, in bytes per second; NaN if
        there are none.
    """

    memory: float
    flops: float
    bandwidth: float
    links: float


# Per chip: https://cloud.google.com/tpu/docs/v3, and so on to /v6e and /tpu7x; of v2,
# Norrie et al. 2021, "The Design Process for Google's Training Chips: TPUv2 and TPUv3".
# Of GPUs: NVIDIA's data sheets, without sparsity. Links are published as what goes both
# ways, twice what is sent.
CHIPS = {
    "TPU v2": Chip(16 * 2**30, 46e12, 700e9, 248e9),
    "TPU v3": Chip(32 * 2**30, 123e12, 900e9, 328e9),
    "TPU v4": Chip(32 * 2**30, 275e12, 1200e9, 300e9),
    "TPU v5 lite": Chip(16 * 2**30, 197e12, 819e9, 200e9),
    "TPU v5": Chip(95 * 2**30, 459e12, 2765e9, 600e9),
    "TPU v6 lite": Chip(32 * 2**30, 918e12, 1638e9, 400e9),
    "TPU7x": Chip(192 * 2**30, 2307e12, 7380e9, 600e9),
    "NVIDIA L4": Chip(24 * 2**30, 121e12, 300e9, math.nan),
    "NVIDIA A100-SXM4-40GB": Chip(40 * 2**30, 312e12, 1555e9, 300e9),
    "NVIDIA A100-SXM4-80GB": Chip(80 * 2**30, 312e12, 2039e9, 300e9),
    "NVIDIA H100 80GB HBM3": Chip(80 * 2**30, 989e12, 3350e9, 450e9),
    "NVIDIA H200": Chip(141 * 10**9, 989e12, 4800e9, 450e9),
}
"""By the kind that a device says it is."""

MISMATCH = (
    "libtpu and JAX are not of one release: pip install 'jaxgan[tpu]' brings the one "
    "that goes with this JAX"
)
"""What to do where libtpu does not know an operation."""


def compile_only_devices(target: str) -> list[Device]:
    """Finds devices to compile for, and for nothing else.

    Args:
      target: like 'v5e:2x4': a generation and the chips along each side.

    Raises:
      RunError: if libtpu is not installed, or knows no such target.
    """
    if importlib.util.find_spec("libtpu") is None:
        raise RunError(
            "--target needs libtpu, the compiler for TPUs, which is not installed",
            "it runs on any machine: pip install 'jaxgan[tpu]'",
        )
    from jax.experimental import topologies

    _leave_accelerators_alone()
    # libtpu expects hosts of four chips, where a single chip is no whole host.
    single = re.fullmatch(r"\w+:1(x1)*", target)
    bounds = {"chips_per_host_bounds": (1, 1, 1)} if single else {}
    try:
        return list(topologies.get_topology_desc(target, "tpu", **bounds).devices)
    except jax.errors.JaxRuntimeError as error:
        raise RunError(
            f"--target: libtpu knows no {target!r}", suggestion(target, list(TARGETS))
        ) from error


def _leave_accelerators_alone() -> None:
    """Takes no chip to compile: neither a training process nor another forecast minds.

    The second and third variable keep libtpu from looking for a TPU, loudly.
    """
    jax.config.update("jax_platforms", "cpu")
    os.environ.setdefault("ALLOW_MULTIPLE_LIBTPU_LOAD", "1")
    os.environ.setdefault("TPU_ACCELERATOR_TYPE", "v5litepod-8")
    os.environ.setdefault("TPU_WORKER_HOSTNAMES", "localhost")


@contextlib.contextmanager
def uncached() -> Iterator[None]:
    """Compiles without JAX's cache, which cannot read what no device can load."""
    from jax.experimental.compilation_cache import compilation_cache

    before = jax.config.values["jax_enable_compilation_cache"]
    jax.config.update("jax_enable_compilation_cache", False)
    compilation_cache.reset_cache()
    try:
        yield
    finally:
        jax.config.update("jax_enable_compilation_cache", before)
        compilation_cache.reset_cache()


def chip_count(devices: list[Device]) -> int:
    """Counts the chips that the devices are: some chips are two."""
    return len({tuple(getattr(d, "coords", (d.id,))) for d in devices})


def published(devices: list[Device]) -> Chip:
    """Finds what is known of one of the devices; NaN of what is not."""
    chip = CHIPS.get(devices[0].device_kind)
    if chip is None:
        return Chip(_limit(devices[0]), math.nan, math.nan, math.nan)
    share = chip_count(devices) / len(devices)
    return Chip(*(value * share for value in chip))


def _limit(device: Device) -> float:
    statistics = device.memory_stats() or {}
    return statistics.get("bytes_limit", math.nan)
