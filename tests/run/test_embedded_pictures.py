"""Pictures in a page: evenly thinned, and of bounded size."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jaxgan.run import embedded_pictures


@given(st.lists(st.integers(), unique=True), st.integers(2, 30))
def test_thinned(items, most):
    chosen = embedded_pictures.thinned(items, most)
    assert len(chosen) == min(len(items), most)
    assert chosen == [item for item in items if item in chosen]
    assert chosen[:1] + chosen[-1:] == items[:1] + items[-1:]


def test_pictures_are_bounded():
    noise = np.random.default_rng(0).integers(256, size=(300, 200, 3), dtype=np.uint8)
    large, small = (
        embedded_pictures.picture(noise),
        embedded_pictures.picture(noise, most=3_000),
    )
    assert (large.width, large.height) == (200, 300)
    assert small.width < 200
    assert len(small.source) < 4_100
    assert embedded_pictures.picture(noise[:8, :8]).source.startswith(
        "data:image/webp;base64,"
    )
