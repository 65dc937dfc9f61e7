import io

import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.data import image_file


def encoded(image, kind="png", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def decoded(image, size=1, channels=3, kind="png", **options):
    return image_file.decode(encoded(image, kind, **options), "x", size, channels)


def pattern(height, width):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_colour_passes_through():
    pixels = pattern(4, 4)
    np.testing.assert_array_equal(decoded(Image.fromarray(pixels), 4), pixels)


def test_colour_to_luminance():
    for colour, grey in (((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29)):
        image = Image.new("RGB", (2, 2), colour)
        assert abs(int(decoded(image, channels=1).item()) - grey) <= 1


def test_grey_to_colour():
    assert decoded(Image.new("L", (2, 2), 77)).tolist() == [[[77] * 3]]
    assert decoded(Image.new("1", (2, 2), 1), channels=1).item() == 255


@pytest.mark.parametrize(
    ("mode", "colour", "wanted"),
    [
        ("RGBA", (200, 100, 0, 255), (200, 100, 0)),
        ("RGBA", (200, 100, 0, 0), (255, 255, 255)),
        ("RGBA", (200, 100, 0, 51), (244, 224, 204)),  # 255 + (colour - 255) / 5
        ("LA", (100, 51), (224, 224, 224)),
        ("LA", (100, 0), (255, 255, 255)),
    ],
)
def test_transparency_over_white(mode, colour, wanted):
    image = Image.new(mode, (3, 3), colour)
    np.testing.assert_allclose(decoded(image)[0, 0], wanted, atol=1)
    grey = np.dot(wanted, [0.299, 0.587, 0.114])
    np.testing.assert_allclose(decoded(image, channels=1).item(), grey, atol=2)


def test_palettes():
    image = Image.new("P", (2, 1))
    image.putpalette([250, 10, 20, 30, 40, 50])
    image.putdata([0, 1])
    wanted = [[[250, 10, 20], [30, 40, 50]]]
    data_ = encoded(image)
    np.testing.assert_array_equal(image_file.decode_whole(data_, "x", 3), wanted)
    one_clear = encoded(image, transparency=0)
    clear = [[[255, 255, 255], [30, 40, 50]]]
    np.testing.assert_array_equal(image_file.decode_whole(one_clear, "x", 3), clear)
    half_clear = encoded(image, transparency=bytes([51, 255]))
    half = [[[254, 206, 208], [30, 40, 50]]]
    np.testing.assert_allclose(
        image_file.decode_whole(half_clear, "x", 3), half, atol=1
    )


def test_clear_colours_without_alpha_channel():
    image = Image.new("RGB", (2, 2), (1, 2, 3))
    white = decoded(image, transparency=(1, 2, 3))
    assert white.tolist() == [[[255] * 3]]
    white = decoded(Image.new("L", (2, 2), 9), transparency=9)
    assert white.tolist() == [[[255] * 3]]


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_sixteen_bits_are_scaled(kind):
    values = np.array([[0, 257, 25700, 65535, 128, 129]], np.uint16)
    image = Image.fromarray(values)
    assert image.mode == "I;16"
    whole = image_file.decode_whole(encoded(image, kind), "x", 1)
    np.testing.assert_array_equal(whole[0, :, 0], [0, 1, 100, 255, 0, 1])
    colour = image_file.decode_whole(encoded(image, kind), "x", 3)
    np.testing.assert_array_equal(colour, np.repeat(whole, 3, axis=-1))


def test_sixteen_bit_gradient_keeps_all_greys():
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    whole = image_file.decode_whole(encoded(Image.fromarray(values)), "x", 1)
    np.testing.assert_array_equal(whole[..., 0], np.floor(values / 257 + 0.5))


def test_thirty_two_bit_integers_count_as_sixteen():
    values = np.array([[0, 65535, 25700]], np.int32)
    data_ = encoded(Image.fromarray(values), "tiff")
    whole = image_file.decode_whole(data_, "x", 1)
    np.testing.assert_array_equal(whole[0, :, 0], [0, 255, 100])


def test_cmyk():
    image = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    red = decoded(image, kind="jpeg", quality=100)[0, 0]
    np.testing.assert_allclose(red, [255, 0, 0], atol=4)
    assert abs(int(decoded(image, 1, 1, "jpeg", quality=100).item()) - 76) < 5


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_orientations(orientation, kind):
    upright = np.zeros((16, 24, 3), np.uint8)
    upright[:8, :12] = 255, 0, 0
    upright[8:, 12:] = 0, 0, 255
    # How the camera stored it, by the table of the EXIF standard.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 100, "subsampling": 0} if kind == "jpeg" else {}
    image = Image.fromarray(np.ascontiguousarray(stored))
    whole = image_file.decode_whole(encoded(image, kind, exif=exif, **options), "x", 3)
    np.testing.assert_allclose(whole.astype(int), upright, atol=3)


@pytest.mark.parametrize(("height", "width"), [(4, 10), (10, 4), (4, 5), (5, 4)])
def test_central_square(height, width):
    pixels = pattern(height, width)
    top, left = (height - 4) // 2, (width - 4) // 2
    wanted = pixels[top : top + 4, left : left + 4]
    np.testing.assert_array_equal(decoded(Image.fromarray(pixels), 4), wanted)


def test_lanczos():
    pixels = pattern(13, 13)
    image = Image.fromarray(pixels)
    wanted = image.resize((5, 5), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(decoded(image, 5), wanted)


def test_one_pixel_grows():
    assert (decoded(Image.new("RGB", (1, 1), (9, 8, 7)), 6) == [9, 8, 7]).all()


def test_first_frame():
    frames = [Image.new("RGB", (2, 2), c) for c in ("red", "blue")]
    data_ = encoded(frames[0], "gif", save_all=True, append_images=frames[1:])
    assert image_file.decode(data_, "x", 1, 3).tolist() == [[[255, 0, 0]]]


PNG = encoded(Image.fromarray(pattern(64, 64)))
JPEG = encoded(Image.fromarray(pattern(64, 64)), "jpeg")


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        (b"", "not an image; remove it"),
        (b"hello", "not an image; remove it"),
        (PNG[:2000], "damaged.*remove or replace it"),
        (JPEG[:2000], "damaged.*truncated.*remove or replace it"),
        (PNG[:100] + b"????" + PNG[104:], "damaged.*remove or replace it"),
        (
            encoded(Image.new("F", (2, 2)), "tiff"),
            ".*floating-point.*remove or replace it",
        ),
    ],
    ids=["empty", "text", "short png", "short jpeg", "broken png", "float"],
)
def test_refuses(contents, reason):
    with pytest.raises(data.DataError, match=f"^some/file.png: {reason}$"):
        image_file.decode(contents, "some/file.png", 4, 3)


@pytest.mark.parametrize("limit", [10, 3000])
def test_refuses_bombs(monkeypatch, limit):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(data.DataError, match=r"^bomb.png: .*remove it, or make it sm"):
        image_file.decode(PNG, "bomb.png", 4, 3)
