"""Whole modules in files of `torch.save(model, ...)`, read without running them."""

import os
import pathlib

from jaxgan.weights.errors import WeightsError
from jaxgan.weights.network_pickle import Network, network_of
from jaxgan.weights.pickle_reader import Inert
from jaxgan.weights.torch_file import read_torch


def read_saved_module(path: str | os.PathLike) -> Network | None:
    """The tensors and plain attributes of the module that `torch.save` saved whole.

    Such a file names the module's class, and before PyTorch 1.6 holds the text of its
    program; neither is looked at.

    Returns:
      The network; None if something else was saved.

    Raises:
      WeightsError: as `read_torch`; or if the module is damaged.
    """
    content = read_torch(path)
    if not isinstance(content, Inert) or not isinstance(content.state, dict):
        return None
    if "_parameters" not in content.state:
        return None
    try:
        return network_of(content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"{pathlib.Path(path)}: a damaged module ({error}); replace it"
        ) from None
