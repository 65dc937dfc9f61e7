"""Discriminators of pix2pix's and CycleGAN's authors, under their names."""

import numpy as np
import pytest

from jaxgan.run.commands import cli
from jaxgan.run.sampling import stored_run
from tests.run.commands.test_import_weights import official, refused, tensors
from tests.weights import torch_by_hand

WIDTH = 2


class Sequential:
    """Arrays of random numbers, of layers that are numbered."""

    def __init__(self, name, batch_norm):
        self.name, self.batch_norm = name, batch_norm
        self.state, self.place = {}, 0
        self.rng = np.random.default_rng(0)

    def put(self, name, *shape):
        array = self.rng.uniform(0.5, 1.0, shape).astype(np.float32)
        self.state[f"{self.name}.{self.place}.{name}"] = array

    def conv(self, side, inner, outer, bias=True):
        self.put("weight", outer, inner, side, side)
        if bias:
            self.put("bias", outer)
        self.place += 1

    def norm(self, width):
        if self.batch_norm:
            for name in ("weight", "bias", "running_mean", "running_var"):
                self.put(name, width)
            name = f"{self.name}.{self.place}.num_batches_tracked"
            self.state[name] = np.int64(7)
        self.place += 1

    def relu(self):
        self.place += 1


def n_layer_discriminator(inner, layers, batch_norm):
    """`NLayerDiscriminator(input_nc, ndf, n_layers)`, line by line."""
    net, width = Sequential("model", batch_norm), WIDTH
    net.conv(4, inner, width)
    net.relu()
    for number in range(1, layers + 1):
        before, width = width, WIDTH * min(2**number, 8)
        net.conv(4, before, width, bias=not batch_norm)
        net.norm(width)
        net.relu()
    if not layers:  # there is always one without a stride
        net.conv(4, width, width, bias=not batch_norm)
        net.norm(width)
        net.relu()
    net.conv(4, width, 1)
    return net.state


def pixel_discriminator(inner, batch_norm):
    """`PixelDiscriminator(input_nc, ndf)`, line by line."""
    net = Sequential("net", batch_norm)
    net.conv(1, inner, WIDTH)
    net.relu()
    net.conv(1, WIDTH, 2 * WIDTH, bias=not batch_norm)
    net.norm(2 * WIDTH)
    net.relu()
    net.conv(1, 2 * WIDTH, 1, bias=not batch_norm)
    return net.state


def files(folder, name, state):
    """A generator of ours, and a discriminator as torch.save writes it."""
    _, _, entries = official(name)
    generator = torch_by_hand.save(folder / "latest_net_G.pth", tensors(entries["G"]))
    judge = torch_by_hand.save(folder / "latest_net_D.pth", tensors(state))
    return generator, judge


PAIRED, UNPAIRED = ("pix2pix", 4, "BATCH"), ("cyclegan", 2, "INSTANCE")


@pytest.mark.parametrize(
    ("name", "inner", "norm", "layers"),
    [
        *((*PAIRED, layers) for layers in ("pixel", 1, 3, 5, 7)),
        *((*UNPAIRED, layers) for layers in ("pixel", 5)),
    ],
)
def test_they_are_read(name, inner, norm, layers, tmp_path):
    batch_norm = norm == "BATCH"
    if layers == "pixel":
        state = pixel_discriminator(inner, batch_norm)
    else:
        state = n_layer_discriminator(inner, layers, batch_norm)
    path, judge = files(tmp_path, name, state)
    run = tmp_path / "run"
    cli.main(
        ["import", str(path), "--discriminator", str(judge), "--run-dir", str(run)]
    )
    loaded = stored_run.load(run)
    seen = loaded.config.discriminator
    halvings = 0 if layers == "pixel" else layers
    assert (seen.width, seen.halvings, seen.norm) == (WIDTH, halvings, norm)
    assert seen.judges_source == (name == "pix2pix")
    params = loaded.state.variables.discriminator["params"]
    passing = ("num_batches_tracked", "running_mean", "running_var")
    wanted = sum(x.size for n, x in state.items() if not n.endswith(passing))
    assert sum(x.size for layer in params.values() for x in layer.values()) == wanted


def test_one_that_ours_cannot_be(tmp_path, capsys):
    """Of n_layers 0, whose names are those of n_layers 1."""
    path, judge = files(tmp_path, "pix2pix", n_layer_discriminator(4, 0, True))
    said = "D: model.2.weight: saw n_layers 0, wanted 1 or more, or pixels\n"
    refused(path, tmp_path, capsys, said, "--discriminator", judge)
