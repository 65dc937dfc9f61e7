"""Terms of auxiliary heads against their formulas in float64 numpy, and PyTorch."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Players, Sample, Verdict
from jaxgan.core.heads import ClassEmbedding, CodePosterior, Codes
from jaxgan.terms import (
    auxiliary_classifier,
    conditional_contrastive,
    data_to_data_cross_entropy,
    mutual_information,
)
from tests.terms.scenes import linear, normal, scene

B, CLASSES = 7, 3
REAL, FAKE = normal(1, B, 4), normal(2, B, 4)
OF_REAL, OF_FAKE = jnp.array([0, 1, 2, 0, 0, 1, 0]), jnp.array([2, 2, 1, 0, 2, 1, 1])
W = normal(3, 4, CLASSES)


def played(player, said, latent=(), real=REAL, fake=FAKE):
    """A scene with labels, whose heads say `said(value, labels)`."""
    play = scene(linear, normal(4, 4), real, fake, player)
    return play._replace(
        latent=latent,
        real=Sample(real, OF_REAL),
        fake=Sample(fake, OF_FAKE),
        real_verdict=Verdict(real[:, 0], said(real, OF_REAL)),
        fake_verdict=Verdict(fake[:, 0], said(fake, OF_FAKE)),
    )


def classes(value, labels):
    del labels
    return {"classes": value @ W}


def cross_entropy(value, labels):
    logits = np.asarray(value @ W, np.float64)
    sums = np.log(np.exp(logits).sum(axis=1))
    return sums - logits[np.arange(B), labels]


def test_auxiliary_classifier():
    """Real and fake on D's turn, or real alone; fake on G's."""
    real, fake = cross_entropy(REAL, OF_REAL), cross_entropy(FAKE, OF_FAKE)
    for player, share, wanted in (
        ("discriminator", 1.0, real + fake),
        ("discriminator", 0.25, real + 0.25 * fake),
        ("discriminator", 0.0, real),
        ("generator", 0.0, fake),
    ):
        term = auxiliary_classifier(fake=share)
        value, state = term.apply((), played(player, classes))
        np.testing.assert_allclose(value, wanted, rtol=1e-5)
        assert state == ()


def test_labels_and_heads_must_be_there():
    play = played("generator", classes)
    with pytest.raises(ValueError, match=r"heads: saw \['classes'\], wanted 'other'"):
        auxiliary_classifier(head="other").apply((), play)
    with pytest.raises(ValueError, match=r"given: saw \(\), wanted int labels \[7\]"):
        auxiliary_classifier().apply((), play._replace(fake=Sample(FAKE)))
    floats = Sample(FAKE, jnp.ones(B))
    with pytest.raises(ValueError, match=r"given: saw float32\[7\], wanted int"):
        auxiliary_classifier().apply((), play._replace(fake=floats))


CODES = Codes((2, 3), 2)
LATENT = jnp.concatenate(
    [normal(5, B, 3), jax.vmap(CODES.draw)(jax.random.split(jax.random.key(6), B))], 1
)


def posterior(value, labels):
    del labels
    return {
        "codes": CodePosterior((value[:, :2], value @ W), value[:, 1:3], value[:, 2:])
    }


def log_likelihoods(value):
    """Of the categories and of the continuous codes, [B] each."""
    x, latent = np.asarray(value, np.float64), np.asarray(LATENT, np.float64)
    categorical = 0.0
    for logits, one_hot in ((x[:, :2], latent[:, 3:5]), (x @ W, latent[:, 5:8])):
        chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        categorical = categorical + np.log((chances * one_hot).sum(1))
    variance = np.exp(x[:, 2:])
    density = np.exp(-((latent[:, 8:] - x[:, 1:3]) ** 2) / (2 * variance))
    density /= np.sqrt(2 * np.pi * variance)
    return categorical, np.log(density).sum(1)


@pytest.mark.parametrize("player", Players._fields)
def test_mutual_information(player):
    """The fakes' codes on both turns, found at the end of the latent."""
    categorical, continuous = log_likelihoods(FAKE)
    play = played(player, posterior, Sample(LATENT))
    for share in (1.0, 0.1):
        term = mutual_information(CODES, continuous=share)
        value, _ = term.apply((), play)
        np.testing.assert_allclose(
            value, -categorical - share * continuous, rtol=1e-4, atol=1e-5
        )


def test_mutual_information_is_least_where_the_codes_are_known():
    """A certain head reaches no loss but the density's ½ log 2πe^-8 per number."""
    (two, three), numbers = CODES.split(LATENT)
    certain = CodePosterior((50 * two, 50 * three), numbers, jnp.full((B, 2), -8.0))
    play = played("generator", lambda *_: {"codes": certain}, Sample(LATENT))
    value, _ = mutual_information(CODES).apply((), play)
    np.testing.assert_allclose(value, np.log(2 * np.pi) - 8.0, rtol=1e-5)


def test_mutual_information_of_other_codes():
    play = played("generator", posterior, Sample(LATENT))
    with pytest.raises(ValueError, match=r"a head for categories \(2, 3\) and 2"):
        mutual_information(Codes((3, 2), 2)).apply((), play)
    with pytest.raises(ValueError, match=r"latent: saw .* wanted a Sample"):
        mutual_information(CODES).apply((), play._replace(latent=LATENT))


PROXIES = normal(7, CLASSES, 4)


def unit(x):
    return x / jnp.linalg.norm(x, axis=1, keepdims=True)


def embedded(value, labels):
    return {"proxies": ClassEmbedding(unit(value), unit(PROXIES)[labels])}


def cosines(value, labels):
    """Of examples and proxies [B], and of examples [B, B], in float64."""
    x, v = (np.asarray(y, np.float64) for y in (value, PROXIES[labels]))
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    v = v / np.linalg.norm(v, axis=1, keepdims=True)
    return (x * v).sum(1), x @ x.T


def data_to_data(value, labels, temperature, margin):
    proxy, pairs = cosines(value, labels)
    near = np.exp(np.minimum(proxy - margin, 0) / temperature)
    losses = []
    for i in range(B):
        others = [pairs[i, j] for j in range(B) if labels[j] != labels[i]]
        far = np.exp(np.maximum(np.array(others) - 1 + margin, 0) / temperature)
        losses.append(-np.log(near[i] / (near[i] + far.sum())))
    return losses


def contrastive(value, labels, temperature):
    proxy, pairs = (np.exp(x / temperature) for x in cosines(value, labels))
    losses = []
    for i in range(B):
        mates = sum(pairs[i, j] for j in range(B) if labels[j] == labels[i] and j != i)
        all_others = pairs[i].sum() - pairs[i, i]
        losses.append(-np.log((proxy[i] + mates) / (proxy[i] + all_others)))
    return losses


SIDES = [("discriminator", REAL, OF_REAL), ("generator", FAKE, OF_FAKE)]


@pytest.mark.parametrize(("player", "value", "labels"), SIDES)
@pytest.mark.parametrize(("temperature", "margin"), [(0.5, 0.98), (0.25, 0.6)])
def test_data_to_data_cross_entropy(player, value, labels, temperature, margin):
    term = data_to_data_cross_entropy(temperature=temperature, margin=margin)
    seen, _ = term.apply((), played(player, embedded))
    wanted = data_to_data(value, np.asarray(labels), temperature, margin)
    np.testing.assert_allclose(seen, wanted, rtol=1e-4)


@pytest.mark.parametrize(("player", "value", "labels"), SIDES)
@pytest.mark.parametrize("temperature", [1.0, 0.3])
def test_conditional_contrastive(player, value, labels, temperature):
    term = conditional_contrastive(temperature=temperature)
    seen, _ = term.apply((), played(player, embedded))
    wanted = contrastive(value, np.asarray(labels), temperature)
    np.testing.assert_allclose(seen, wanted, rtol=1e-4, atol=1e-6)


def test_easy_pairs_have_no_gradient():
    """Beyond the margins D2D-CE is flat: classes apart, examples at their proxies."""
    corners = jnp.eye(CLASSES, 4)

    def said(value, labels):
        return {"proxies": ClassEmbedding(unit(value), corners[labels])}

    def loss(fake):
        play = played("generator", said, fake=fake)
        return jnp.sum(data_to_data_cross_entropy().apply((), play)[0])

    apart = corners[OF_FAKE] - 0.02
    value, slope = jax.value_and_grad(loss)(apart)
    np.testing.assert_array_equal(slope, jnp.zeros_like(slope))
    others = np.sum(np.asarray(OF_FAKE)[:, None] != np.asarray(OF_FAKE), axis=1)
    np.testing.assert_allclose(value, np.log1p(others).sum(), rtol=1e-5)


@pytest.mark.parametrize(
    "term", [data_to_data_cross_entropy(1.0), conditional_contrastive()]
)
def test_gradients_are_pytorchs(term):
    """An independent differentiation of the formulas, through the normalisation."""
    torch = pytest.importorskip("torch")
    x = torch.tensor(np.asarray(FAKE, np.float64), requires_grad=True)
    v = torch.tensor(np.asarray(PROXIES[OF_FAKE], np.float64))
    labels = torch.tensor(np.asarray(OF_FAKE))
    f, v = (torch.nn.functional.normalize(y, dim=1) for y in (x, v))
    same = (labels[:, None] == labels[None]) & ~torch.eye(B, dtype=torch.bool)
    other, proxy, pairs = labels[:, None] != labels[None], (f * v).sum(1), f @ f.T
    if term.name == "conditional_contrastive":
        proxy, pairs = proxy.exp(), pairs.exp()
        mates = proxy + (pairs * same).sum(1)
        loss = -(mates / (mates + (pairs * other).sum(1))).log()
    else:
        near = ((proxy - 0.98).clamp(max=0) / 0.5).exp()
        far = ((pairs - 0.02).clamp(min=0) / 0.5).exp()
        loss = -(near / (near + (far * other).sum(1))).log()
    loss.mean().backward()

    def mean(fake):
        play = played("generator", embedded, fake=fake)
        return jnp.mean(term.apply((), play)[0])

    slope = jax.grad(mean)(FAKE)
    np.testing.assert_allclose(slope, x.grad.numpy(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("term", [data_to_data_cross_entropy, conditional_contrastive])
def test_temperatures_are_positive(term):
    with pytest.raises(ValueError, match=r"temperature: saw 0\.0, wanted more than 0"):
        term(temperature=0.0)
