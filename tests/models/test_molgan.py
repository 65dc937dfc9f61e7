"""MolGAN's networks and terms against the official code's numbers, and their laws."""

import importlib
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from jaxgan import losses, terms
from jaxgan.core import Context, Play, Players, Sample, Verdict, example_keys
from jaxgan.models import molgan
from jaxgan.nn import categorical
from jaxgan.terms.reward import reward_fit, reward_policy
from tests.models.golden import assert_near, under

OUTPUT, GRADIENT = 1e-4, 1e-3
HARD = categorical.straight_through
MODES = {
    "softmax": categorical.softmax,
    "soft_gumbel": categorical.gumbel_softmax,
    "hard_gumbel": HARD,
}


def dense(npz, name, prefix="state/"):
    return {
        "kernel": npz[f"{prefix}{name}.weight"].T,
        "bias": npz[f"{prefix}{name}.bias"],
    }


def generator_params(npz, prefix="state/"):
    names = {"Dense_0": "dense", "Dense_1": "dense_1"}
    names |= {"bonds": "edges_logits.dense", "atoms": "nodes_logits.dense"}
    return {to: dense(npz, f"generator.{name}", prefix) for to, name in names.items()}


def judge_params(npz, name, prefix="state/"):
    """Of R kinds of bonds, R layers of each convolution are one, side by side."""

    def numbered(number):
        return dense(
            npz,
            f"{name}.graph_convolutions.dense{f'_{number}' if number else ''}",
            prefix,
        )

    params, kinds = {}, 3
    for layer in range(2):
        first = layer * (kinds + 1)
        relations = [numbered(first + r) for r in range(kinds)]
        params[f"GraphConvolution_{layer}"] = {
            "neighbours": {
                part: np.concatenate([one[part] for one in relations], axis=-1)
                for part in ("kernel", "bias")
            },
            "self": numbered(first + kinds),
        }
    names = {"gate": "graph_aggregation.dense", "said": "graph_aggregation.dense_1"}
    names |= {"Dense_0": "dense", "Dense_1": "dense_1", "logit": "dense_2"}
    return params | {
        to: dense(npz, f"{name}.{one}", prefix) for to, one in names.items()
    }


class Official:
    """The networks of the golden file, with the official draws."""

    def __init__(self, npz, mode="softmax"):
        self.npz, self.z = npz, jnp.asarray(npz["in/z"])
        noise = {
            rank: -jnp.log(-jnp.log(npz[f"in/u_{name}"]))
            for rank, name in ((4, "edges"), (3, "nodes"))
        }
        self.generator = molgan.Generator(
            *(5, 4, 3, (6, 8)),
            relaxation=lambda logits, _, temperature: MODES[mode](
                logits, noise[logits.ndim], temperature
            ),
        )
        self.judge = molgan.Discriminator((6, 5), 7, (6, 4), rewarded=True)
        self.params = jax.tree.map(
            jnp.asarray,
            Players(
                generator_params(npz),
                {
                    "critic": judge_params(npz, "discriminator"),
                    "reward": judge_params(npz, "value"),
                },
            ),
        )
        self.real = Sample(
            {
                "adjacency": jax.nn.one_hot(npz["in/adjacency"], 4),
                "nodes": jax.nn.one_hot(npz["in/nodes"], 3),
            }
        )
        self.context = Context(example_keys(jax.random.key(0), 3), step=0, train=True)

    def generate(self, params):
        return self.generator.apply({"params": params}, self.z, (), self.context)

    def discriminate(self, params, sample) -> Verdict:
        return self.judge.apply({"params": params}, sample.value, (), self.context)

    def play(self, params, player):
        fake = self.generate(params.generator)
        if player == "discriminator":
            fake = lax.stop_gradient(fake)
        return Play(
            *(player, self.context, params, self.z, self.real, fake),
            self.discriminate(params.discriminator, self.real),
            self.discriminate(params.discriminator, fake),
            generate=lambda latent, stream, params=None: fake,
            discriminate=lambda sample, stream, other=None: self.discriminate(
                params.discriminator, sample
            ),
        )

    def loss(self, term, player):
        """f(params) -> the term's mean, and its gradient for the player."""

        def value(moving):
            params = self.params._replace(**{player: moving})
            return jnp.mean(term.apply((), self.play(params, player))[0])

        return jax.value_and_grad(value)(getattr(self.params, player))


def rewards(npz):
    """A reward that tells real molecules, which the file gives, from fakes."""
    real = np.asarray(jax.nn.one_hot(npz["in/nodes"], 3))

    def reward(value):
        same = np.array_equal(value["nodes"], real)
        return npz["in/reward_real" if same else "in/reward_fake"][:, 0]

    return reward


@pytest.mark.parametrize("mode", MODES)
def test_official_outputs(golden, mode):
    official = Official(np.load(golden / "molgan.npz"), mode)
    npz, params = official.npz, official.params
    fake = official.generate(params.generator)
    verdict = official.discriminate(params.discriminator, fake)
    seen = {
        "edges_hat": fake.value["adjacency"],
        "nodes_hat": fake.value["nodes"],
        "logits_fake": verdict.logits[:, None],
        "features_fake": verdict.features["hidden"],
        "value_logits_fake": verdict.features["reward"][:, None],
    }
    wanted = under(npz, f"out/{mode}/")
    assert_near(seen, {name: wanted[name] for name in seen}, OUTPUT, mode)
    real = official.discriminate(params.discriminator, official.real)
    seen = {
        "logits_real": real.logits[:, None],
        "features_real": real.features["hidden"],
        "value_logits_real": real.features["reward"][:, None],
    }
    assert_near(seen, under(npz, "out/D/"), OUTPUT, "D")
    assert_near(
        fake.features,
        {"adjacency": npz["out/G/edges_softmax"], "nodes": npz["out/G/nodes_softmax"]},
        OUTPUT,
        "shares",
    )


@pytest.mark.parametrize("mode", MODES)
def test_official_losses_of_the_generator(golden, mode):
    """L_G, and L_RL: the mean of -V, of which `reward_policy` is a multiple."""
    official = Official(np.load(golden / "molgan.npz"), mode)
    npz = official.npz
    value, slope = official.loss(terms.adversarial(losses.wasserstein), "generator")
    assert_near(value, npz[f"out/{mode}/loss_G"], OUTPUT)
    wanted = generator_params(npz, f"grad/{mode}_G/")
    assert_near(slope, wanted, GRADIENT, f"{mode} G")
    value, slope = official.loss(reward_policy(losses.wasserstein), "generator")
    adversarial, policy = (npz[f"out/{mode}/loss_{name}"] for name in ("G", "RL"))
    share = abs(adversarial / policy)
    assert_near(value, share * policy, OUTPUT)
    wanted = jax.tree.map(
        lambda x: share * x, generator_params(npz, f"grad/{mode}_RL/")
    )
    assert_near(slope, wanted, GRADIENT, f"{mode} RL")


def test_official_losses_of_the_discriminator(golden, monkeypatch):
    """With the shares of the official interpolation: softmax whatever is judged."""
    official = Official(np.load(golden / "molgan.npz"))
    npz = official.npz
    shares = jnp.asarray(npz["in/eps"])
    module = importlib.import_module("jaxgan.terms.molgan_penalty")
    monkeypatch.setattr(module, "_shares", lambda play: shares)
    penalty = terms.molgan_penalty()
    assert penalty.weight == 10.0
    value, slope = official.loss(penalty, "discriminator")
    assert_near(value, npz["out/softmax/grad_penalty"], OUTPUT)
    wanted = judge_params_without_last_bias(npz, "grad/penalty/")
    assert_near(without_last_bias(slope["critic"]), wanted, GRADIENT, "penalty")
    value, adversarial = official.loss(
        terms.adversarial(losses.wasserstein), "discriminator"
    )
    assert_near(value, npz["out/softmax/loss_D"], OUTPUT)
    both = jax.tree.map(lambda a, b: a + 10.0 * b, adversarial, slope)["critic"]
    wanted = judge_params(npz, "discriminator", "grad/softmax_D/")
    assert_near(
        without_last_bias(both), without_last_bias(wanted), GRADIENT, "softmax D"
    )


def without_last_bias(params):
    """The penalty does not feel it, and the losses cancel."""
    return {**params, "logit": {"kernel": params["logit"]["kernel"]}}


def judge_params_without_last_bias(npz, prefix):
    class Files(dict):
        def __missing__(self, name):
            return np.zeros(1)

    files = Files({name: npz[name] for name in npz.files})
    return without_last_bias(judge_params(files, "discriminator", prefix))


def test_official_loss_of_the_reward_network(golden):
    official = Official(np.load(golden / "molgan.npz"))
    npz = official.npz
    value, slope = official.loss(reward_fit(rewards(npz)), "discriminator")
    assert_near(value, npz["out/softmax/loss_V"], OUTPUT)
    wanted = judge_params(npz, "value", "grad/softmax_V/")
    assert_near(slope["reward"], wanted, GRADIENT, "V")
    assert not any(np.any(x) for x in jax.tree.leaves(slope["critic"]))


@pytest.mark.parametrize("temperature", [1.0, 0.2])
def test_official_relaxations(golden, temperature):
    npz = np.load(golden / "gumbel_softmax.npz")
    logits, noise = jnp.asarray(npz["in/logits"]), jnp.asarray(npz["in/gumbel"])
    cases = {
        f"gumbel/soft_tau{temperature:g}": categorical.gumbel_softmax,
        f"gumbel/hard_tau{temperature:g}": HARD,
    }
    for name, relaxation in cases.items():

        def total(logits, relaxation=relaxation):
            drawn = relaxation(logits, noise, temperature)
            return jnp.sum(drawn * npz["in/cotangent"]), drawn

        slope, drawn = jax.grad(total, has_aux=True)(logits)
        assert_near(drawn, npz[f"out/{name}"], OUTPUT, name)
        assert_near(slope, npz[f"grad/{name}/logits"], GRADIENT, name)


def test_official_straight_through_of_the_mode(golden):
    """Its logits are given noise 0."""
    npz = np.load(golden / "gumbel_softmax.npz")

    def total(logits):
        drawn = HARD(logits, jnp.zeros(()), 1.0)
        return jnp.sum(drawn * npz["in/cotangent"]), drawn

    slope, drawn = jax.grad(total, has_aux=True)(jnp.asarray(npz["in/logits"]))
    assert_near(drawn, npz["out/straight_through_argmax/y"], OUTPUT)
    assert_near(slope, npz["grad/straight_through_argmax/logits"], GRADIENT)


def made(module, seed=0, count=64):
    keys = example_keys(jax.random.key(seed), count)
    context = Context(keys, train=True)
    z = jax.random.normal(jax.random.key(1), (count, 8))
    variables = module.init(jax.random.key(2), z, (), context)
    return module.apply(variables, z, (), context)


@pytest.mark.parametrize("mode", MODES)
def test_graphs_are_symmetric_shares(mode):
    module = molgan.Generator(6, 4, 5, (16,), relaxation=MODES[mode])
    value = made(module).value
    bonds = value["adjacency"]
    assert bonds.shape == (64, 6, 6, 4)
    assert value["nodes"].shape == (64, 6, 5)
    np.testing.assert_array_equal(bonds, jnp.swapaxes(bonds, 1, 2))
    for leaf in jax.tree.leaves(value):
        np.testing.assert_allclose(jnp.sum(leaf, -1), 1.0, rtol=1e-6)
    ones = all(bool(jnp.all((x == 0) | (x == 1))) for x in jax.tree.leaves(value))
    assert ones == (mode == "hard_gumbel")


def test_draws_have_the_shares_of_the_softmax():
    """Of 20,000 draws from one graph's logits, four deviations of each share."""
    count, logits = 20_000, jnp.array([0.3, -1.0, 1.2])
    noise = categorical.gumbel(example_keys(jax.random.key(3), count), (3,))
    seen = jnp.mean(HARD(logits[None], noise, 1.0), axis=0)
    wanted = jax.nn.softmax(logits)
    deviation = jnp.sqrt(wanted * (1 - wanted) / count)
    assert bool(jnp.all(jnp.abs(seen - wanted) < 4 * deviation))


def test_judges_do_not_care_for_the_order_of_atoms():
    module = molgan.Discriminator((6, 5), 7, (4,), rewarded=True)
    value = made(molgan.Generator(6, 4, 5, (16,))).value
    context = Context(example_keys(jax.random.key(0), 64))
    variables = module.init(jax.random.key(4), value, (), context)
    order = jax.random.permutation(jax.random.key(5), 6)
    other = {
        "adjacency": value["adjacency"][:, order][:, :, order],
        "nodes": value["nodes"][:, order],
    }
    one, two = (module.apply(variables, x, (), context) for x in (value, other))
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(two)):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    assert float(jnp.std(one.logits)) > 1e-3


def test_a_group_shows_the_critic_a_lack_of_variety():
    """One molecule sixty-four times is judged as one with others is not."""
    module = molgan.Discriminator((6,), 7, (4,), group=8)
    value = made(molgan.Generator(6, 4, 5, (16,))).value
    context = Context(example_keys(jax.random.key(0), 64))
    variables = module.init(jax.random.key(4), value, (), context)
    same = jax.tree.map(lambda x: jnp.repeat(x[:1], 64, axis=0), value)
    first = [module.apply(variables, x, (), context).logits[0] for x in (value, same)]
    assert abs(float(first[0] - first[1])) > 1e-4


def test_sizes_of_the_paper():
    """Counted by hand: 128-256-512, then 9·9·4 bonds and 9·5 atoms."""
    context = Context(example_keys(jax.random.key(0), 2))
    shapes = jax.eval_shape(
        molgan.Generator().init, jax.random.key(0), jnp.zeros((2, 32)), (), context
    )
    widths = (32, 128, 256, 512)
    hidden = sum((a + 1) * b for a, b in itertools.pairwise(widths))
    count = sum(x.size for x in jax.tree.leaves(shapes["params"]))
    assert count == hidden + 513 * (9 * 9 * 4 + 9 * 5)
    graph = {"adjacency": jnp.zeros((2, 9, 9, 4)), "nodes": jnp.zeros((2, 9, 5))}
    shapes = jax.eval_shape(
        molgan.Discriminator().init, jax.random.key(0), graph, (), context
    )
    convolved = 4 * (6 * 128) + 4 * ((128 + 5 + 1) * 64)
    summed = 2 * (64 + 5 + 1) * 128
    head = 129 * 128 + 129 * 64 + 65
    count = sum(x.size for x in jax.tree.leaves(shapes["params"]))
    assert count == convolved + summed + head


def test_what_is_no_reward():
    with pytest.raises(TypeError, match="reward: saw a float, wanted"):
        reward_fit(1.0)  # pyright: ignore[reportArgumentType]
