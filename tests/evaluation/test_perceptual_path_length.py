"""Path lengths in closed form, against torch-fidelity, and options."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation import perceptual_path_length
from jaxgan.evaluation.perceptual_path_length import spherical
from tests.evaluation.peers import peer


def squared(first, second):
    return jnp.sum(jnp.square(first - second), axis=1)


def identity(latents, given):
    del given
    return latents


def ends(count=50, width=8, seed=0):
    return np.random.default_rng(seed).standard_normal((2, count, width))


@pytest.mark.parametrize("sampling", ["full", "end"])
def test_straight_in_w(sampling):
    """A linear map of the path in W moves at ‖A (w' - w)‖, everywhere."""
    start, end = ends()
    matrix = np.random.default_rng(1).standard_normal((8, 5)).astype(np.float32)
    seen = perceptual_path_length(
        lambda w, given: w @ matrix,
        squared,
        start,
        end,
        mapping=lambda z, given: 2.0 * z,
        sampling=sampling,
        epsilon=1e-2,  # float32 images: their rounding is 1e-7 / ε of a step
        trim=0.0,
    )
    speeds = np.sum(np.square(2.0 * (end - start) @ matrix), axis=1)
    np.testing.assert_allclose(seen.mean, speeds.mean(), rtol=1e-4)
    np.testing.assert_allclose(seen.deviation, speeds.std(), rtol=1e-4)
    assert seen.kept == 50


def test_spherical_in_z():
    """On the unit sphere the speed is the angle."""
    start, end = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in ends())
    seen = perceptual_path_length(
        identity, squared, start, end, epsilon=1e-2, trim=0.0, batch=7
    )
    angles = np.arccos(np.sum(start * end, axis=1))
    np.testing.assert_allclose(seen.mean, np.mean(angles**2), rtol=1e-4)


def test_trimming_is_of_quantiles():
    """Of 0, 1, ..., 100 the first and last percent are the two ends."""
    start = np.zeros((101, 1))
    end = np.sqrt(np.arange(101.0))[:, None]
    seen = perceptual_path_length(
        identity, squared, start, end, mapping=identity, sampling="end", epsilon=0.5
    )
    kept = np.arange(1.0, 100.0)
    assert seen.kept == 99
    np.testing.assert_allclose(seen[:2], (kept.mean(), kept.std()), rtol=1e-5)


@settings(max_examples=15, deadline=None)
@given(batch=st.integers(1, 30), seed=st.integers(0, 3))
def test_any_batch_and_its_condition(batch, seed):
    start, end = ends(count=13)
    scale = np.arange(13.0, dtype=np.float32)

    def generate(latents, given):
        assert len(latents) == min(batch, 13)
        return latents * given["scale"][:, None]

    def measure(size):
        return perceptual_path_length(
            generate, squared, start, end, {"scale": scale}, batch=size, seed=seed
        )

    wanted = perceptual_path_length(
        lambda z, given: z * given["scale"][:, None],
        squared,
        start,
        end,
        {"scale": scale},
        batch=13,
        seed=seed,
    )
    np.testing.assert_allclose(measure(batch), wanted, rtol=1e-6)


def test_one_compilation():
    traces = []

    @jax.jit
    def generate(latents, given):
        traces.append(latents.shape)
        return latents

    start, end = ends(count=11)
    perceptual_path_length(generate, squared, start, end, batch=4)
    assert traces == [(4, 8)]


def test_path_keeps_its_ends_and_norms():
    start, end = ends()
    end = 3.0 * end
    for time, wanted in [(0.0, start), (1.0, end)]:
        seen = spherical(start, end, np.full(50, time))
        np.testing.assert_allclose(seen, wanted, rtol=1e-12, atol=1e-12)
    middle = spherical(start, end, np.full(50, 0.5))
    norms = [np.linalg.norm(x, axis=1) for x in (start, middle, end)]
    np.testing.assert_allclose(norms[1], (norms[0] + norms[2]) / 2, rtol=1e-12)
    still = spherical(start, start, np.full(50, 0.3))
    np.testing.assert_allclose(still, start, rtol=1e-6)


def test_as_torch_fidelity():
    """The same arithmetic, on the latents that it draws, of unit length."""
    torch = peer("torch")
    ppl = peer("torch_fidelity.metric_ppl")
    register = peer("torch_fidelity.registry").register_sample_similarity
    base = peer("torch_fidelity.sample_similarity_base").SampleSimilarityBase
    wrapper = peer("torch_fidelity.generative_model_modulewrapper")
    noise = peer("torch_fidelity.utils").sample_random
    matrix = torch.from_numpy(np.random.default_rng(1).standard_normal((8, 6)))

    class Squared(base):
        def __init__(self, name, **options):
            super().__init__(name)

        def forward(self, first, second):
            return ((first - second) ** 2).sum(dim=1)

    class Model(torch.nn.Module):
        def forward(self, z):
            return torch.tanh(z.double() @ matrix)

    register("squared", Squared)
    model = wrapper.GenerativeModelModuleWrapper(Model(), 8, "unit", 0)
    wanted = ppl.calculate_ppl(
        1,
        input1=model,
        input1_model_num_samples=400,
        ppl_z_interp_mode="slerp_unit",
        ppl_sample_similarity="squared",
        ppl_epsilon=1e-2,
        ppl_discard_percentile_lower=None,  # its trimming wants an older numpy
        ppl_discard_percentile_higher=None,
        batch_size=50,
        cuda=False,
        verbose=False,
    )
    rng = np.random.RandomState(2020)
    start, end = (noise(rng, (400, 8), "unit").numpy() for _ in range(2))
    seen = perceptual_path_length(
        lambda z, given: np.tanh(z.astype(np.float64) @ matrix.numpy()),
        lambda a, b: np.sum(np.square(a - b), axis=1),
        start,
        end,
        sampling="end",
        epsilon=1e-2,
        trim=0.0,
    )
    np.testing.assert_allclose(
        seen.mean, wanted["perceptual_path_length_mean"], rtol=1e-4
    )
    np.testing.assert_allclose(
        seen.deviation, wanted["perceptual_path_length_std"], rtol=1e-4
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sampling": "start"}, "sampling: saw 'start', wanted 'full' or 'end'"),
        ({"epsilon": 0.0}, "epsilon: saw 0.0"),
        ({"trim": 0.5}, "trim: saw 0.5"),
        ({"batch": 0}, "batch: saw 0"),
        ({"given": np.zeros(3)}, r"given: saw shape \(3,\), wanted 5 rows"),
        ({"end": np.zeros((5, 2))}, r"end: saw shape \(5, 2\), wanted \(5, 8\)"),
        ({"distance": lambda a, b: a}, r"distance: saw shape \(5, 8\), wanted \(5,\)"),
        ({"distance": lambda a, b: np.full(5, np.nan)}, "distance: saw nan at index"),
    ],
)
def test_refusals(options, message):
    start, end = ends(count=5)
    options = {"distance": squared, "start": start, "end": end} | options
    with pytest.raises(ValueError, match=message):
        perceptual_path_length(identity, **options)
