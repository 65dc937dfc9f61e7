"""Imported transformers whose latents an autoencoder of a file makes pictures of."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models import autoencoder
from jaxgan.run.commands import cli
from jaxgan.run.feature_networks import autoencoder_of_file
from jaxgan.run.importable import afm, gat
from tests.models.filled import filled
from tests.run.commands.test_import_weights import (
    CONFIGS,
    bring,
    official,
    refused,
    tensors,
)
from tests.weights import torch_by_hand

WIDTHS = (32, 32)
LATENTS = {
    "afm": (afm, afm.Config(4, 4, 3, 8, 1, 2), ("--set", "heads=2")),
    "gat": (gat, gat.Config(4, 4, 3, 4, 4, 16, 2, 2, levels=2), ()),
}


@pytest.fixture
def vae(tmp_path):
    """The file of one that halves sides once."""
    made = filled(autoencoder.Autoencoder(widths=WIDTHS), jnp.zeros((1, 4, 4, 3)))
    made = jax.tree.map(lambda x: x * (0.1 if x.ndim > 1 else 1.0), made)
    np.savez(tmp_path / "vae.npz", **autoencoder.export_torch(made))
    return tmp_path / "vae.npz"


@pytest.fixture(params=LATENTS)
def published(request, monkeypatch, tmp_path):
    """The file of a generator of latents, and what to say of it."""
    module, config, words = LATENTS[request.param]
    name = f"{request.param} of latents"
    monkeypatch.setitem(CONFIGS, name, (module, config))
    entries = official(name)[2]
    saved = {"ema": tensors(entries["G_ema"])}
    if module is afm:
        saved = saved["ema"]
    return torch_by_hand.save(tmp_path / "ema.pth", saved), words


def sampled(run, out, capsys):
    cli.main(["sample", str(run), "--num", "3", "--out", str(out)])
    capsys.readouterr()
    return np.load(out)["value"]


def test_pictures_are_decoded_latents(published, vae, tmp_path, monkeypatch, capsys):
    path, words = published
    bring(path, tmp_path / "plain", *words)
    widths = "autoencoder_widths=" + ",".join(map(str, WIDTHS))
    monkeypatch.chdir(tmp_path)
    words = (*words, "--set", f"autoencoder={vae.name}", "--set", widths)
    bring(path, tmp_path / "run", *words)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    latents = sampled(tmp_path / "plain", tmp_path / "z.npz", capsys)
    assert latents.shape == (3, 4, 4, 4)
    coder = autoencoder_of_file(vae, widths=WIDTHS)
    wanted = jax.jit(coder.decode)(coder.variables, latents)
    seen = sampled(tmp_path / "run", tmp_path / "x.npz", capsys)
    np.testing.assert_allclose(seen, wanted, rtol=1e-4, atol=1e-5)
    assert np.std(seen) > 0.01
    record = json.loads((tmp_path / "run" / "frozen.json").read_text())
    assert record["autoencoder"]["fingerprint"].startswith("sha256:")


def test_what_is_no_autoencoder(published, vae, tmp_path, capsys):
    path, words = published
    refused(
        *(path, tmp_path, capsys, "autoencoder: saw "),
        *(*words, "--set", f"autoencoder={tmp_path / 'none.npz'}"),
    )
    said = "not of this network"
    refused(path, tmp_path, capsys, said, *words, "--set", f"autoencoder={vae}")
    said = "--set: autoencoder_widths: saw 'wide', wanted numbers"
    refused(path, tmp_path, capsys, said, *words, "--set", "autoencoder_widths=wide")
