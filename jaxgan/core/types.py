"""The nouns of the library: what a game, a turn and a term are.

Legend of shapes, used in every docstring: B examples, H height, W width, C channels,
T frames, Z latent numbers, N nodes. Images are [B, H, W, C] in [-1, 1].
"""

from collections.abc import Callable
from typing import Any, Generic, Literal, NamedTuple, Protocol, TypeVar

import jax
import optax

from jaxgan.core.context import Context
from jaxgan.core.metrics import Mean

Tree = Any
"""A pytree of arrays."""

Variables = Any
"""A player's pytree: a mapping with the trainable entry 'params' and, beside it, any
collections that change without a gradient (batch statistics, spectral vectors)."""

Schedule = Callable[[jax.Array], jax.Array]
"""A function of the step (int32 scalar) to a float32 scalar."""

PlayerName = Literal["generator", "discriminator"]

Memory = Literal["mean", "kept"]

T = TypeVar("T")


class Players(NamedTuple, Generic[T]):
    """One thing per player."""

    generator: T
    discriminator: T


class Sample(NamedTuple):
    """What the discriminator looks at.

    Attributes:
      value: a tree of [B, ...] leaves. Penalties differentiate it.
      given: what the value is conditioned on (labels [B], a source image), or `()`.
      features: what the generator says beside (a divergence, soft logits of discrete
        values, a flow field): a tree of [B, ...] leaves that terms may read. Nobody
        judges it: discriminators are shown the value and what is given.
    """

    value: Tree
    given: Tree = ()
    features: Tree = ()


class Verdict(NamedTuple):
    """What the discriminator says.

    Attributes:
      logits: a tree of [B, ...] leaves: one number per example, patch, scale or head.
        The train step makes them float32.
      features: any further tree of [B, ...] leaves. Our discriminators give the vectors
        [B, F] that the logit is made of; `jaxgan.nn.Headed` puts auxiliary heads there.
    """

    logits: Tree
    features: Tree = ()


class Loss(NamedTuple):
    """An adversarial loss: two elementwise functions of logits (see `jaxgan.losses`).

    Attributes:
      generator: f(real, fake), minimised on the generator's turn.
      discriminator: f(real, fake), minimised on the discriminator's turn.
      compare: f(real, fake, mean) -> (real, fake), applied to the logits before either.
        `mean` averages over all examples of all devices. The default changes nothing.
    """

    generator: Callable[[jax.Array, jax.Array], jax.Array]
    discriminator: Callable[[jax.Array, jax.Array], jax.Array]
    compare: Callable[..., tuple[jax.Array, jax.Array]] = lambda real, fake, mean: (
        real,
        fake,
    )


class Discriminate(Protocol):
    """Applies the discriminator without changing any state."""

    def __call__(self, sample: Sample, stream: str, params: Tree = None) -> Verdict:
        """Judges a sample.

        Args:
          sample: what to judge. It may be that of every n-th example, which is then
            judged with the keys of that example.
          stream: names the randomness (dropout, augmentation) of this pass. The main
            passes are 'real' and 'fake': a term that repeats one of them under the same
            name shares its computation.
          params: the discriminator's parameters; by default the current ones.
        """
        ...


class Generate(Protocol):
    """Applies the generator without changing any state."""

    def __call__(self, latent: Tree, stream: str, params: Tree = None) -> Sample:
        """Generates from a latent; arguments as for `Discriminate`.

        The latent may be that of every n-th example, which is then generated with the
        keys of that example.
        """
        ...


class Play(NamedTuple):
    """All that a term may look at, on one turn, for one (micro)batch.

    Gradients with respect to the mover's parameters flow through every field that
    depends on them; the other player's parameters are constants. On the discriminator's
    turn `fake` is a constant too.
    """

    player: PlayerName
    context: Context
    params: Players[Tree]
    latent: Tree
    real: Sample
    fake: Sample
    real_verdict: Verdict
    fake_verdict: Verdict
    generate: Generate
    discriminate: Discriminate


class Term(NamedTuple):
    """One summand of a turn's objective.

    Attributes:
      name: names its metric; unique within the turn.
      apply: f(state, play) -> (loss, state). The loss is [B] (or one per group of
        examples), averaged by the step, or a scalar that is already a mean over all
        examples, by way of `Context.mean`.
      init: the term's first state.
      weight: a number or a function of the step.
      memory: what the step does with the state that `apply` returns. 'mean': it is a
        mean over examples (or does not depend on them), and the step averages it over
        microbatches and devices. 'kept': it is made from the examples of all devices,
        by way of `Context.all_rows`, and taken as it is: a pool, or a queue. Every
        microbatch gets what the one before it left, so examples come in the order of
        the global batch: only with microbatches under `pmap` or `shard_map`, where each
        device splits its own slice, is it by microbatch first and then by device.
    """

    name: str
    apply: Callable[[Tree, Play], tuple[jax.Array, Tree]]
    init: Callable[[], Tree] = lambda: ()
    weight: float | Schedule = 1.0
    memory: Memory = "mean"


class Turn(NamedTuple):
    """A move of one player.

    It is played on the steps t, counted from 0, with start <= t < stop of which t + 1
    is a multiple of `every`. On others it costs nothing, and measures nothing.

    Attributes:
      player: who moves.
      terms: what they minimise: the weighted sum.
      every: the turn is played on the last of every so many steps. 5 on the generator's
        turn is WGAN's n_critic; 16 on a penalty's turn is StyleGAN2's lazy R1.
      start: the first step of the turn: a discriminator may join late, as VQGAN's does.
      stop: the first step without it, or None.
      name: of its metrics and of its terms' memory; '' leaves it to `turns.turn_names`.
        Diagnosis and reports look under the player's name, which a first turn gets.
      parts: the entries of the player's parameters that move, by name or by a path with
        slashes; () is all of them. The others stay, bit for bit, and so does what the
        optimizer remembers of them; of what it counts, every turn is one. Collections
        change whatever moves.
    """

    player: PlayerName
    terms: tuple[Term, ...]
    every: int = 1
    start: int = 0
    stop: int | None = None
    name: str = ""
    parts: tuple[str, ...] = ()


class Augment(NamedTuple):
    """What happens to real and fake samples before they are judged; by default nothing.

    Attributes:
      init: the first state.
      apply: f(state, sample, context) -> sample, differentiable in the sample.
      update: f(state, metrics) -> state, once per step, after all turns.
      paired: whether all passes of a turn draw the same for one place in the batch, so
        that a real example and the fake beside it are changed alike.
    """

    init: Callable[[], Tree] = lambda: ()
    apply: Callable[[Tree, Sample, Context], Sample] = lambda state, sample, _: sample
    update: Callable[[Tree, dict[str, Mean]], Tree] = lambda state, metrics: state
    paired: bool = False

    def surroundings(self, context: Context, stream: str) -> Context:
        """Those that it draws from in a pass of a turn.

        Args:
          context: of the turn.
          stream: names the pass: 'real', 'fake' or a term's own.
        """
        return context.fork("augmentation" if self.paired else stream)


class State(NamedTuple):
    """A whole run: all that is needed to continue it, bit for bit.

    Attributes:
      step: int32 scalar, the number of finished steps.
      key: the base key; every draw folds the step, the turn and the example into it.
      variables: both players' parameters and collections.
      opt_state: both players' optimizer states.
      ema: the generator's variables with exponentially averaged parameters.
      terms: {turn: {term: state}}.
      augment: the augmentation's state.
      frozen: variables of networks that no turn moves or averages, by name. Contexts
        have them for terms and games to read: `context.frozen["vgg"]`. Leave them out
        of what is donated and of what is stored, as `jaxgan.run` does.
    """

    step: jax.Array
    key: jax.Array
    variables: Players[Variables]
    opt_state: Players[optax.OptState]
    ema: Variables
    terms: Tree
    augment: Tree
    frozen: Tree = ()


class Game(Protocol):
    """The wiring of one family of GANs. Every method is pure."""

    def init(self, key: jax.Array, batch: Tree) -> Players[Variables]:
        """Makes both players' variables; of `batch` only shapes matter."""
        ...

    def latent(self, variables: Variables, context: Context) -> tuple[Tree, Variables]:
        """Draws what the generator starts from; may change its collections."""
        ...

    def real(
        self, variables: Variables, latent: Tree, context: Context
    ) -> tuple[Sample, Variables]:
        """Makes what the discriminator is shown as real of the context's batch.

        The mirror of `generate`: the generator's variables, the same latent and the
        same context, so the same draws. Most games return the batch. An encoder or a
        degradation that belongs to the generator's side is applied here: on the
        generator's turn gradients flow through it, on the discriminator's it is a
        constant, as fakes are. May change the generator's collections, after `latent`
        and before `generate`.
        """
        ...

    def generate(
        self, variables: Variables, latent: Tree, context: Context
    ) -> tuple[Sample, Variables]:
        """Makes fakes from a latent; may change the generator's collections."""
        ...

    def discriminate(
        self, variables: Variables, sample: Sample, context: Context
    ) -> tuple[Verdict, Variables]:
        """Judges a sample; may change the discriminator's collections."""
        ...
