"""LPIPS with published weights or a file's, as a loss and as a measure."""

import os
from typing import Any

from jaxgan.core.types import Variables
from jaxgan.data.download import is_published
from jaxgan.evaluation.extractor import fingerprint
from jaxgan.evaluation.lpips import PerceptualDistance
from jaxgan.models import lpips, vgg
from jaxgan.run.experiment import Frozen
from jaxgan.run.feature_networks import weight_files
from jaxgan.run.feature_networks.weight_files import Address, WeightFile


def lpips_of_files(
    network: lpips.LPIPS,
    trunk: str | os.PathLike = "",
    heads: str | os.PathLike = "",
) -> Frozen:
    """LPIPS with weights of files, or the published ones.

    Args:
      network: `lpips.vgg16()` or `lpips.alexnet()`.
      trunk: a file with torchvision's state dict of VGG-16 or AlexNet, or with all of
        LPIPS's. '': torchvision's, downloaded once (half a gigabyte, or a quarter) and
        checked.
      heads: the official vgg.pth or alex.pth, of 7 and 6 kB, or any file with arrays of
        these names ('lin0.model.1.weight'). '': the official one, downloaded once and
        checked, unless the trunk's file has them.

    Raises:
      ValueError: if none are published for this network, and no files are named.
    """
    files = _files(network, trunk, heads)
    return weight_files.frozen(network, files, lpips.import_torch, images=2)


def lpips_distance(
    network: lpips.LPIPS,
    trunk: str | os.PathLike = "",
    heads: str | os.PathLike = "",
) -> PerceptualDistance:
    """LPIPS for measuring; see `jaxgan.evaluation.lpips`.

    Args:
      network, trunk, heads: as for `lpips_of_files`.

    Raises:
      DataError: if published files cannot be had, naming what to put where.
      WeightsError: if a file is not of this network.
      ValueError: as `lpips_of_files`.
    """
    files, known = _files(network, trunk, heads), _known(network)
    variables = weight_files.read(network, files, lpips.import_torch, images=2)
    published = network.linear and all(
        is_published(file.path, address[1]) for file, address in zip(files, known)
    )
    name = _name(network) + ("" if network.linear else " without heads")
    source = ", ".join(map(str, files))
    return _distance(network, name, variables, source, bool(known) and published)


def trained_distance(network: vgg.VGG, weights: Frozen) -> PerceptualDistance:
    """A distance like LPIPS of any VGG's features, all of which count alike.

    The official code's baseline, without learned heads: for use where no published
    weights can be had. Its numbers are not LPIPS's, and the title says so.

    Args:
      network: whose layers count.
      weights: such as `trained_here(network)`.
    """
    baseline = lpips.LPIPS(network, linear=False)
    variables = {"params": {"trunk": weights.load()["params"]}}
    return _distance(baseline, "without heads", variables, weights.source, False)


def _name(network: lpips.LPIPS) -> str:
    return "vgg16" if isinstance(network.trunk, vgg.VGG) else "alexnet"


def _known(network: lpips.LPIPS) -> tuple[Address, ...]:
    """Finds where trunk and heads of a network are published; () if nowhere."""
    name = _name(network)
    if network.trunk in (lpips.vgg16().trunk, lpips.alexnet().trunk):
        return lpips.PUBLISHED[name], lpips.HEADS[name]
    return ()


def _files(
    network: lpips.LPIPS, trunk: str | os.PathLike, heads: str | os.PathLike
) -> list[WeightFile]:
    known = _known(network)
    if not known and not trunk:
        raise ValueError(
            "trunk: saw none for such a network, wanted a file; published are those of "
            "lpips.vgg16() and lpips.alexnet()"
        )
    files = [WeightFile(trunk, known[0] if known else None)]
    if heads or (known and network.linear):
        files.append(WeightFile(heads, known[1] if known else None))
    return files


def _distance(
    network: lpips.LPIPS, name: str, variables: Variables, source: str, published: bool
) -> PerceptualDistance:
    def compute(weights: Any, first: Any, second: Any) -> Any:
        return network.apply(weights, first, second)

    return PerceptualDistance(
        name=name,
        published=published,
        description=source,
        fingerprint=fingerprint(variables),
        weights=variables,
        compute=compute,
    )
