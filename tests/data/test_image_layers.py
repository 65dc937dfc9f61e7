"""Nothing of a picture is lost that can be kept."""

import io

import numpy as np
import pytest
from PIL import Image

from jaxgan.data.image_layers import decode_layers
from jaxgan.data.source import DataError


def encoded(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, format=kind, **options)
    return file.getvalue()


def drawn(*shape, top=255, dtype=np.uint8):
    return np.random.default_rng(0).integers(0, top, shape, dtype, endpoint=True)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "BMP"])
def test_colours_are_exact(kind):
    pixels = drawn(5, 7, 3)
    options = {"lossless": True} if kind == "WEBP" else {}
    layers = decode_layers(encoded(Image.fromarray(pixels), kind, **options), "a")
    np.testing.assert_array_equal(np.rint((layers.colours + 1) * 127.5), pixels)
    assert layers.alpha is None
    assert (layers.bits, layers.format, layers.notes) == (8, kind, ())


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_grey_of_16_bits_is_exact(kind):
    pixels = drawn(5, 7, top=65535, dtype=np.uint16)
    layers = decode_layers(encoded(Image.fromarray(pixels), kind), "a")
    assert layers.colours.shape == (5, 7, 1)
    np.testing.assert_allclose(
        (layers.colours[..., 0] + 1) * 32767.5, pixels, atol=0.01
    )
    assert layers.bits == 16


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparency_is_a_layer_of_its_own(mode):
    pixels = drawn(4, 6, len(mode))
    layers = decode_layers(encoded(Image.fromarray(pixels, mode)), "a")
    assert layers.alpha is not None
    np.testing.assert_allclose(layers.alpha * 255, pixels[..., -1], atol=1e-4)
    np.testing.assert_allclose(
        (layers.colours + 1) * 127.5, pixels[..., :-1], atol=1e-4
    )


def test_palettes_with_and_without_transparency():
    colours = drawn(16, 3)
    image = Image.fromarray(drawn(4, 4, top=15), "P")
    image.putpalette(colours.tobytes())
    plain = decode_layers(encoded(image), "a")
    clear = decode_layers(encoded(image, transparency=3), "a")
    assert plain.alpha is None
    assert clear.alpha is not None
    np.testing.assert_array_equal(clear.alpha == 0, np.asarray(image) == 3)
    np.testing.assert_allclose(
        (plain.colours + 1) * 127.5, colours[np.asarray(image)], atol=1e-4
    )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_and_forgotten(orientation):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "a camera"
    data = encoded(Image.fromarray(drawn(4, 6, 4)), exif=exif)
    layers = decode_layers(data, "a")
    lies = orientation > 4
    assert layers.colours.shape == ((6, 4, 3) if lies else (4, 6, 3))
    assert layers.alpha is not None
    assert layers.alpha.shape == layers.colours.shape[:2]
    kept = Image.Exif()
    kept.load(layers.metadata["exif"])
    assert kept[0x010F] == "a camera"
    assert 0x0112 not in kept


def test_when_and_where_is_kept_and_how_large_is_not():
    exif = Image.Exif()
    exif[0x8769] = {0x9003: "2026:01:02 03:04:05", 0xA002: 6}
    exif[0x8825] = {1: "N"}
    layers = decode_layers(encoded(Image.fromarray(drawn(4, 6, 3)), exif=exif), "a")
    kept = Image.Exif()
    kept.load(layers.metadata["exif"])
    assert kept.get_ifd(0x8769) == {0x9003: "2026:01:02 03:04:05"}
    assert kept.get_ifd(0x8825) == {1: "N"}


def test_tags_that_tell_how_a_file_lies_are_not_kept():
    data = encoded(Image.fromarray(drawn(4, 6, 3)), "TIFF")
    assert "exif" not in decode_layers(data, "a").metadata


def test_what_is_not_read_is_told():
    frames = [Image.fromarray(drawn(4, 4)), Image.fromarray(drawn(4, 4) // 2)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decode_layers(data, "a").notes == ("the first of 2 frames is read",)


@pytest.mark.parametrize(
    "data", [b"", b"text", encoded(Image.fromarray(drawn(9, 9)))[:70]]
)
def test_what_is_no_picture_is_named(data):
    with pytest.raises(DataError, match=r"^a\.png: "):
        decode_layers(data, "a.png")


@pytest.mark.parametrize(("mode", "kept"), [("RGB", True), ("CMYK", False)])
def test_profiles_of_other_colours_are_not_kept(mode, kept):
    image = Image.fromarray(drawn(4, 4, 3)).convert(mode)
    data = encoded(image, "TIFF", icc_profile=b"a profile")
    assert ("icc_profile" in decode_layers(data, "a").metadata) == kept
