"""CUT's game: one translator between unpaired domains, and a critic of the second."""

import dataclasses

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context, example_keys
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.core.microbatches import batch_size
from jaxgan.core.ranges import check_number
from jaxgan.core.types import Players, Sample, Tree, Variables, Verdict
from jaxgan.games.checks import check_network
from jaxgan.games.latent import as_sample
from jaxgan.games.networks import apply_networks, init_networks
from jaxgan.games.unpaired import as_verdict, domains


@dataclasses.dataclass(frozen=True)
class ContrastiveGame:
    """A translator from x to y, whose patches are to tell where they come from.

    Park et al. 2020 (arXiv 2007.15651). The batch is `Sample({"x": x, "y": y})` without
    partners; fakes are {"y": G(x)}, and the critic judges the domain y only. The
    generator returns `Sample(value, features=maps)`: maps [B, H, W, C] of layers of its
    encoder, whose patches `terms.patch_nce` compares: what is at a position of a map. A
    projection, which is on the generator's side, makes vectors of them first; the
    side's params are {"x_to_y": ..., "projection": ...}.

    For FastCUT's equivariance (section 4.1) some examples are translated mirrored: left
    and right of the latent are then swapped, and those of the fake stay so. Maps come
    as the unmirrored pictures lie. Each example has its own draw; the official code has
    one for the batch, which is of one.

    Attributes:
      generator: the translator G.
      discriminator: judges y and G(x).
      projection: called as `module(maps, positions, context)` with trees of maps and
        of positions [B, N], each row · W + column; returns a tree of vectors [B, N, C].
        Without one patches are compared as they are.
      mirrored: the probability that an example is. FastCUT's is 0.5.

    Raises:
      TypeError: if a module is called otherwise.
      ValueError: if `mirrored` is no probability; when variables are made, if there is
        a projection, but no map.
    """

    generator: nn.Module
    discriminator: nn.Module
    projection: nn.Module | None = None
    mirrored: float = 0.0

    def __post_init__(self):
        for name in ("generator", "discriminator", "projection"):
            module = getattr(self, name)
            if module is not None or name != "projection":
                check_network(name, module)
        check_number("mirrored", self.mirrored, least=0, most=1)

    def init(self, key: jax.Array, batch: Sample) -> Players[Variables]:
        """Makes both players' variables; of `batch` only shapes matter."""
        value = domains(batch)
        key_generator, key_projection, key_discriminator, key_examples = (
            jax.random.split(key, 4)
        )
        keys = example_keys(key_examples, batch_size(batch))
        context = Context(keys, batch, train=True)
        outputs, generator = init_networks(
            self._translator, key_generator, {"x_to_y": value["x"]}, context
        )
        if self.projection is not None:
            maps = as_sample(outputs["x_to_y"], ()).features
            _check_maps(maps)
            positions = jax.tree.map(lambda x: jnp.zeros((len(x), 1), int), maps)
            networks, inputs = {"projection": self.projection}, {"projection": maps}
            _, added = init_networks(
                networks, key_projection, inputs, context, positions
            )
            generator = {
                kind: {**generator.get(kind, {}), **added.get(kind, {})}
                for kind in generator | added
            }
        _, discriminator = init_networks(
            self._critic, key_discriminator, {"y": value["y"]}, context
        )
        return Players(generator, discriminator)

    def latent(
        self, variables: Variables, context: Context
    ) -> tuple[Sample, Variables]:
        """The pictures of both domains; features tell which examples are mirrored."""
        value = domains(context.batch)
        if not self.mirrored:
            return Sample(value), variables
        chances = jax.vmap(jax.random.uniform)(context.draw("mirrored"))
        mirrored = chances < self.mirrored
        return Sample(
            _mirror(value, mirrored), features={"mirrored": mirrored}
        ), variables

    def real(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """The pictures of the domain y."""
        del latent
        return Sample({"y": domains(context.batch)["y"]}), variables

    def generate(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """Translates the latent's x: {"y": G(x)}, with the encoder's maps."""
        outputs, variables = apply_networks(
            self._translator, variables, {"x_to_y": latent.value["x"]}, context
        )
        made = as_sample(outputs["x_to_y"], ())
        maps = made.features
        if latent.features:
            maps = _mirror(maps, latent.features["mirrored"])
        return Sample({"y": made.value}, features=maps), variables

    def discriminate(
        self, variables: Variables, sample: Sample, context: Context
    ) -> tuple[Verdict, Variables]:
        """Judges pictures of the domain y: logits are {"y": ...}."""
        outputs, variables = apply_networks(
            self._critic, variables, sample.value, context
        )
        return as_verdict(outputs), variables

    def project(
        self, params: Tree, maps: Tree, positions: Tree, context: Context
    ) -> Tree:
        """What patches are compared by, [B, N, C]; for `terms.patch_nce`.

        Args:
          params: of the generator's side.
          maps: of the encoder, [B, H, W, C].
          positions: [B, N], each row · W + column, a tree like the maps.
          context: of the pass.
        """
        if self.projection is None:
            return jax.tree.map(_at, maps, positions)
        networks, inputs = {"projection": self.projection}, {"projection": maps}
        outputs, _ = apply_networks(
            networks, {"params": params}, inputs, context, positions
        )
        return outputs["projection"]

    def apply(self, variables: Variables, given: Tree, context: Context) -> Sample:
        """Translates pictures [B, H, W, C] of the domain x."""
        outputs, _ = apply_networks(
            self._translator, variables, {"x_to_y": given}, context
        )
        return as_sample(outputs["x_to_y"], given)

    @property
    def _translator(self) -> dict[str, nn.Module]:
        return {"x_to_y": self.generator}

    @property
    def _critic(self) -> dict[str, nn.Module]:
        return {"y": self.discriminator}


def _mirror(pictures: Tree, mirrored: jax.Array) -> Tree:
    """Swaps left and right of the examples [B, H, W, C] that are mirrored [B]."""
    return jax.tree.map(
        lambda x: jnp.where(mirrored[:, None, None, None], x[:, :, ::-1], x), pictures
    )


def _at(maps: jax.Array, positions: jax.Array) -> jax.Array:
    """What maps [B, H, W, C] have at positions [B, N]."""

    def take(maps, positions):
        rows = maps.reshape(maps.shape[0], -1, maps.shape[-1])
        return jnp.take_along_axis(rows, positions[:, :, None], axis=1)

    return along_batch(take, maps, positions)


def _check_maps(maps: Tree) -> None:
    shapes = [jnp.shape(x) for x in jax.tree.leaves(maps)]
    if not shapes or any(len(shape) != 4 for shape in shapes):
        raise ValueError(
            f"generator: saw features {shapes}, wanted maps [B, H, W, C] of layers of "
            "its encoder: it returns Sample(value, features=maps)"
        )
