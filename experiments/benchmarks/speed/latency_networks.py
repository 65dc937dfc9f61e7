"""Small generators as runs without data, and as PyTorch's modules: for `latency.py`."""

import dataclasses
import pathlib
import sys
from typing import Any

import jax
import numpy as np

from jaxgan.core import Sample
from jaxgan.games.latent import LatentGame
from jaxgan.games.style import StyleGame
from jaxgan.models import dcgan, progan, stylegan2
from jaxgan.models.progan.weights import export_torch as export_progan
from jaxgan.models.stylegan2.weights import export_torch as export_stylegan2
from jaxgan.run.devices.first_state import first_state
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable import imported_run
from jaxgan.run.importable.imported_state import Imported
from jaxgan.run.no_data import NoDiscriminator, without_data

SIDES = (4, 8, 16, 32)
WIDTHS = (64, 64, 32, 16)
LATENT = 64
DCGAN_WIDTH = 64


@dataclasses.dataclass(frozen=True)
class Config:
    """A network, of 32 × 32 coloured pixels."""

    network: str = "dcgan"
    """dcgan, stylegan2 or progan."""


VARIANTS = {name: Config(name) for name in ("dcgan", "stylegan2", "progan")}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    shape = SIDES[-1], SIDES[-1], 3
    sizes: Any = {"channel_base": 512, "channel_max": 64}
    if config.network == "stylegan2":
        generator = stylegan2.Generator(
            shape, style_size=LATENT, mapping_layers=2, **sizes
        )
        game = StyleGame(generator, NoDiscriminator(), LATENT)
    elif config.network == "progan":
        generator = progan.Generator(shape, **sizes, place_biases=True)
        game = LatentGame(generator, NoDiscriminator(), LATENT)
    else:
        generator = dcgan.Generator(shape, DCGAN_WIDTH)
        game = LatentGame(generator, NoDiscriminator(), LATENT)
    return without_data(game, shape, 0, current=False)


def write(run: pathlib.Path, name: str) -> Any:
    """Writes a run of a network that was never trained.

    Returns:
      Its generator's variables.
    """
    config = VARIANTS[name]
    made = build(config)
    batch = Sample(np.zeros((4, SIDES[-1], SIDES[-1], 3), np.float32))
    state = jax.jit(lambda: first_state(made, (0,), batch))()
    module = sys.modules[__name__]
    imported = Imported(module, config, made, state, frozen={})
    imported_run.write(run, imported, {"network": name})
    return jax.device_get(state.ema)


def torch_generator(name: str, variables: Any) -> Any:
    """The same of PyTorch: f(z) -> images [B, 3, H, W]."""
    import torch

    if name == "stylegan2":
        from torch_stylegan2 import Generator

        net = Generator(SIDES, WIDTHS, LATENT, LATENT, 2)
        state = export_stylegan2(variables)
    elif name == "progan":
        from torch_progan import Generator

        net, state = Generator(WIDTHS, LATENT), export_progan(variables)
    else:
        from torch_networks import dcgan_generator

        net = dcgan_generator(SIDES[-1], 3, DCGAN_WIDTH, LATENT)
        state = _dcgan_state(net, variables)
    arrays = {key: torch.from_numpy(np.array(array)) for key, array in state.items()}
    missing, unexpected = net.load_state_dict(arrays, strict=False)
    missing = [key for key in missing if not key.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ValueError(f"{missing} are missing and {unexpected} not expected")
    return net.eval().to(memory_format=torch.channels_last)


def _dcgan_state(net: Any, variables: Any) -> dict[str, np.ndarray]:
    """Our arrays by the names of a `torch_networks.dcgan_generator`, in its order."""
    params, stats = variables["params"], variables["batch_stats"]
    dense = params["Dense_0"]["kernel"]
    widest = params["BatchNorm_0"]["scale"].shape[0]
    places = dense.reshape(len(dense), -1, widest).transpose(2, 1, 0)
    state, norms, convs = {"0.weight": places.reshape(-1, len(dense))}, 0, 0
    for place, module in net.named_children():
        if hasattr(module, "running_mean"):
            name = f"BatchNorm_{norms}"
            state |= {
                f"{place}.weight": params[name]["scale"],
                f"{place}.bias": params[name]["bias"],
                f"{place}.running_mean": stats[name]["mean"],
                f"{place}.running_var": stats[name]["var"],
            }
            norms += 1
        elif hasattr(module, "conv"):
            arrays = params[f"ConvTranspose_{convs}"]
            state[f"{place}.conv.weight"] = arrays["kernel"].transpose(3, 2, 0, 1)
            if "bias" in arrays:
                state[f"{place}.conv.bias"] = arrays["bias"]
            convs += 1
    return state
