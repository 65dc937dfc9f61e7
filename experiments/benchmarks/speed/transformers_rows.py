"""The rows of `transformers.py`: an adversarial flow model and GAT, both small."""

from typing import Any

import numpy as np
from clips_workloads import CLASSES, Workload, averaged

from jaxgan import recipes
from jaxgan.augment.level_noise import level_noise
from jaxgan.games.latent import LatentGame, as_data
from jaxgan.games.levels import LevelGame
from jaxgan.models import dit, gat
from jaxgan.models.dit import weights as dit_weights
from jaxgan.models.gat import weights as gat_weights

SIZE, CHANNELS, PATCH, WIDTH, DEPTH, HEADS, LEVELS = 32, 3, 4, 128, 4, 4, 4
LATENT, CONDITION, HALF_LIFE, BATCH = 64, 512, 20_000.0, 32
SHARED: dict[str, Any] = {
    "patch": PATCH,
    "width": WIDTH,
    "depth": DEPTH,
    "heads": HEADS,
    "classes": CLASSES,
}
OF_TORCH = SIZE, CHANNELS, PATCH, WIDTH, DEPTH, HEADS, CLASSES


def images(batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws images and labels."""
    rng = np.random.default_rng(0)
    shape = (batch, SIZE, SIZE, CHANNELS)
    return rng.standard_normal(shape, np.float32), rng.integers(0, CLASSES, batch)


def load(net: Any, state: dict[str, np.ndarray]) -> None:
    """Gives a network of PyTorch arrays by name."""
    import torch

    tensors = {name: torch.from_numpy(np.array(x)) for name, x in state.items()}
    net.load_state_dict(tensors)


def _afm() -> Workload:
    def torch():
        import torch_dit as networks

        return networks.DiTGenerator(*OF_TORCH), networks.DiTDiscriminator(*OF_TORCH)

    def fill(generator, discriminator, begun):
        side = SIZE // PATCH
        for net, variables in zip((generator, discriminator), begun):
            load(net, dit_weights.export_torch(variables, side, side, PATCH))

    def train(*nets):
        from torch_transformers_step import afm_step

        return afm_step(*nets)

    generator = dit.Generator(**SHARED, shape=(SIZE, SIZE, CHANNELS))
    return Workload(
        "AFM, 32² in patches of 4",
        LatentGame(
            generator, dit.Discriminator(**SHARED), generator.latent_size, as_data
        ),
        averaged(recipes.afm(6e-4), HALF_LIFE),
        BATCH,
        images,
        torch,
        fill,
        train,
        lambda net, z, labels: {"image": net(z, labels).movedim(1, -1).numpy()},
        lambda net, real, labels: [net(real.movedim(-1, 1), labels)],
        stirred=0.02,
    )


def _gat() -> Workload:
    def torch():
        import torch_gat as networks

        return (
            networks.GATGenerator(*OF_TORCH, LEVELS, LATENT),
            networks.GATDiscriminator(*OF_TORCH, LEVELS, CONDITION),
        )

    def fill(generator, discriminator, begun):
        load(generator, gat_weights.export_torch(begun.generator, PATCH))
        load(discriminator, gat_weights.export_torch(begun.discriminator, PATCH))

    def train(*nets):
        from torch_transformers_step import gat_step

        return gat_step(*nets, levels=LEVELS)

    def made(net, z, labels):
        levels = net(z, labels)
        return {f"level {n}": x.movedim(1, -1).numpy() for n, x in enumerate(levels)}

    def judged(net, real, labels):
        real = real.movedim(-1, 1)
        return [net(real.repeat(1, LEVELS, 1, 1), labels)]

    shape = (SIZE, SIZE, CHANNELS)
    return Workload(
        "GAT, 32² in patches of 4",
        LevelGame(
            gat.Generator(shape, **SHARED, levels=LEVELS, embedding=LATENT),
            gat.Discriminator(**SHARED, levels=LEVELS, condition_size=CONDITION),
            LATENT,
            as_data,
            mixing=0.0,
        ),
        averaged(recipes.gat(widths=(WIDTH, WIDTH)), HALF_LIFE),
        BATCH,
        images,
        torch,
        fill,
        train,
        made,
        judged,
        augment=level_noise(LEVELS, {}),
    )


WORKLOADS: dict[str, Workload] = {"afm": _afm(), "gat": _gat()}
