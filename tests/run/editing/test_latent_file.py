"""Latents and directions come back from their files, or are refused in a line."""

import numpy as np
import pytest

from jaxgan.run.editing import direction_files, latent_file
from jaxgan.run.editing.codes import Codes
from jaxgan.run.editing.latent_directions import Directions
from jaxgan.run.editing.latent_file import Latents
from jaxgan.run.errors import RunError
from tests.run.editing.games import linear, styles

RNG = np.random.default_rng(0)
CODE = RNG.normal(size=(2, 4, 8)).astype(np.float32)
NOISE = tuple(RNG.normal(size=(2, side, side)) for side in (4, 8, 8))


def test_latents_come_back(tmp_path):
    path = tmp_path / "new" / "latents.npz"
    latent_file.write(path, Latents(CODE, NOISE, ("a", "b")), distance=np.ones(2))
    again = latent_file.read(path)
    np.testing.assert_array_equal(again.code, CODE)
    for one, other in zip(again.noise, NOISE, strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.names == ("a", "b")


def test_noise_maps_are_those_of_the_place():
    codes = Codes(styles())
    variables = Latents(CODE, NOISE).variables(codes, 1)
    for one, other in zip(codes.game.noise_maps(variables), NOISE, strict=True):
        np.testing.assert_array_equal(one, other[1])
    assert Latents(CODE).variables(codes, 1) is codes.variables


@pytest.mark.parametrize(
    ("run", "latents", "said"),
    [
        (styles, Latents(CODE[:, :2]), r"saw codes \[2, 8\], wanted \[4, 8\]"),
        (styles, Latents(CODE, NOISE[:1]), "--latents: maps: saw"),
        (linear, Latents(CODE[:, :1, :6], NOISE), "but this generator adds none"),
    ],
)
def test_latents_of_other_generators_are_refused(run, latents, said):
    with pytest.raises(RunError, match=said):
        latents.variables(Codes(run()), 0)


BROKEN = {
    "nothing": {},
    "other arrays": {"value": CODE},
    "no names": {"code": CODE},
    "flat": {"code": CODE[0], "names": np.array(["a"])},
    "not finite": {"code": CODE + np.nan, "names": np.array(["a", "b"])},
    "too few maps": {
        "code": CODE,
        "names": np.array(["a", "b"]),
        "noise_0": NOISE[0][:1],
    },
    "objects": {"code": np.array([object()]), "names": np.array(["a"])},
}


@pytest.mark.parametrize("arrays", BROKEN.values(), ids=BROKEN)
def test_files_that_hold_none_are_refused(arrays, tmp_path):
    path = tmp_path / "latents.npz"
    np.savez(path, **arrays)
    with pytest.raises(RunError, match="holds no latents, wanted a file of jaxgan pr"):
        latent_file.read(path)
    with pytest.raises(RunError, match=r"holds none, wanted directions\.npz"):
        direction_files.read(path)


def test_directions_come_back(tmp_path):
    path = tmp_path / "directions.npz"
    wanted = Directions(np.eye(3, 5), np.arange(3.0), np.ones(3))
    np.savez(path, **wanted._asdict())
    found = direction_files.read(path)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)
    np.savez(path, **wanted._replace(steps=np.ones(2))._asdict())
    with pytest.raises(RunError, match="holds none"):
        direction_files.read(path)
