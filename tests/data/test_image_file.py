import io
import struct
import zlib

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageCms, features

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


def chunk(kind, body):
    sum_ = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", sum_)


def png(pixels, bits, colour, clear=None):
    """A PNG file of samples [H, W, C] of so many bits; `clear` is its tRNS chunk."""
    height, width, count = pixels.shape
    shifts = np.arange(bits)[::-1]
    rows = (pixels.reshape(height, width * count, 1) >> shifts) & 1
    packed = np.packbits(rows.reshape(height, -1).astype(np.uint8), axis=1)
    lines = b"".join(b"\0" + row.tobytes() for row in packed)
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            b"" if clear is None else chunk(b"tRNS", clear),
            chunk(b"IDAT", zlib.compress(lines)),
            chunk(b"IEND", b""),
        )
    )


@st.composite
def grey_pngs(draw):
    """(bits, samples [2, 3], the sample that is clear or None)."""
    bits = draw(st.sampled_from([1, 2, 4, 8, 16]))
    top = 2**bits - 1
    values = draw(arrays.arrays(np.int64, (2, 3), elements=st.integers(0, top)))
    clear = draw(st.sampled_from([None, *values.ravel().tolist()]))
    return bits, values, clear


@hypothesis.settings(deadline=None, max_examples=25)
@hypothesis.given(grey_pngs(), st.sampled_from([1, 3]))
def test_grey_of_any_depth(drawn, channels):
    """255 · value / (2ⁿ - 1), and white where it is clear."""
    bits, values, clear = drawn
    told = None if clear is None else struct.pack(">H", clear)
    seen = image_file.decode_whole(png(values[..., None], bits, 0, told), "x", channels)
    wanted = np.where(values == clear, 255.0, 255.0 * values / (2**bits - 1))
    assert seen.shape == (2, 3, channels)
    for channel in np.moveaxis(seen, -1, 0):
        np.testing.assert_allclose(channel, wanted, atol=0.5 + 1e-9)


@hypothesis.settings(deadline=None, max_examples=25)
@hypothesis.given(
    st.sampled_from([8, 16]),
    arrays.arrays(np.int64, (2, 3, 4), elements=st.integers(0, 65535)),
    st.sampled_from([(4, [0, 0, 0, 3]), (6, [0, 1, 2, 3])]),
)
def test_opacity_of_any_depth(bits, samples, kind):
    """Opacity a of a colour c is 255 + a (c - 255), of grey and colour alike."""
    colour, order = kind
    samples = samples >> (16 - bits)
    stored = samples[..., [0, 3] if colour == 4 else [0, 1, 2, 3]]
    seen = image_file.decode_whole(png(stored, bits, colour), "x", 3)
    values = samples[..., order] / (2**bits - 1)
    wanted = 255.0 * (1.0 + values[..., 3:] * (values[..., :3] - 1.0))
    np.testing.assert_allclose(seen, wanted, atol=2.0)


@pytest.mark.parametrize("bits", [8, 16])
def test_a_clear_colour_of_any_depth(bits):
    top = 2**bits - 1
    samples = np.array([[[0, top, top // 2], [top, top, 0]]])
    clear = struct.pack(">HHH", *samples[0, 0])
    seen = image_file.decode_whole(png(samples, bits, 2, clear), "x", 3)
    np.testing.assert_array_equal(seen, [[[255, 255, 255], [255, 255, 0]]])


def tiff(pixels, bits, photometric, sample=1, extra=()):
    """A little-endian TIFF file of rows of bytes, with tags beside the usual ones."""
    tags = {
        256: (3, pixels.shape[1]),
        257: (3, pixels.shape[0]),
        258: (3, bits),
        259: (3, 1),
        262: (3, photometric),
        277: (3, 1),
        278: (3, pixels.shape[0]),
        339: (3, sample),
        **dict(extra),
    }
    shifts = np.arange(bits)[::-1]
    if bits == 12:
        rows = ((pixels[..., None] >> shifts) & 1).reshape(len(pixels), -1)
        data_ = np.packbits(rows.astype(np.uint8), axis=1).tobytes()
    else:
        data_ = pixels.astype(f"<u{bits // 8}").tobytes()
    tags |= {273: (4, 8), 279: (4, len(data_))}
    entries = b"".join(
        struct.pack("<HHII", tag, kind, 1, value)
        for tag, (kind, value) in sorted(tags.items())
    )
    start = 8 + len(data_) + len(data_) % 2
    body = struct.pack("<H", len(tags)) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", start) + data_.ljust(start - 8, b"\0") + body


@pytest.mark.parametrize("bits", [12, 16])
def test_deep_tiff(bits):
    top = 2**bits - 1
    pixels = np.array([[0, top // 2], [top, top // 4]])
    wanted = 255.0 * pixels / top
    seen = image_file.decode_whole(tiff(pixels, bits, 1), "x.tif", 1)[..., 0]
    np.testing.assert_allclose(seen, wanted, atol=0.51)
    if bits == 16:  # 0 is white
        seen = image_file.decode_whole(tiff(pixels, bits, 0), "x.tif", 1)[..., 0]
        np.testing.assert_allclose(seen, 255.0 - wanted, atol=0.51)


@pytest.mark.parametrize("value", [65_536, -1])
def test_refuses_integers_without_a_range(value):
    contents = encoded(Image.fromarray(np.full((2, 2), value, np.int32)), "tiff")
    with pytest.raises(data.DataError, match=rf"from {value} .*no agreed range"):
        image_file.decode(contents, "x", 1, 1)


def test_lab():
    """The colours of the CIE, to within the rounding of 8 bits."""
    colour = (200, 100, 50)
    image = Image.new("RGB", (2, 2), colour)
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.profileToProfile(image, *profiles, outputMode="LAB")
    assert lab is not None
    np.testing.assert_allclose(decoded(lab, kind="tiff")[0, 0], colour, atol=4)


MODES = {  # Pillow's modes, and a format that keeps them
    "1": "png",
    "L": "png",
    "LA": "png",
    "P": "png",
    "RGB": "png",
    "RGBA": "png",
    "I;16": "png",
    "CMYK": "tiff",
    "YCbCr": "tiff",
    "RGBX": "tiff",
    "LAB": "tiff",
    "I": "tiff",
}


@pytest.mark.parametrize("mode", MODES)
@hypothesis.settings(deadline=None, max_examples=5)
@hypothesis.given(st.integers(0, 255), st.integers(0, 255), st.integers(1, 8))
def test_every_mode_and_orientation(mode, first, second, orientation):
    """One rule: as Pillow's own conversion of the picture turned, over white."""
    if mode in ("LAB", "I;16", "I"):
        image = Image.new(mode, (3, 2), first)
    else:
        image = Image.new("RGB", (3, 2), (first, second, 128))
        if mode != "RGBX":
            image = image.convert(mode, palette=Image.Palette.ADAPTIVE)
    if "A" in mode and mode != "LAB":
        image.putalpha(second)
    exif = Image.Exif()
    exif[0x0112] = orientation
    contents = encoded(image, MODES[mode], exif=exif)
    shape = (3, 2) if orientation >= 5 else (2, 3)
    for channels in (1, 3):
        seen = image_file.decode_whole(contents, "x", channels)
        assert seen.shape == (*shape, channels)
        assert (seen == seen[:1, :1]).all() or mode == "1"  # dithered
    if mode in ("LAB", "I;16", "I", "1"):
        return
    flat = Image.new("RGB", image.size, "white")
    flat.paste(
        image.convert("RGB"), mask=image.getchannel("A") if "A" in mode else None
    )
    np.testing.assert_allclose(
        seen[0, 0].astype(int), np.asarray(flat)[0, 0], atol=3 if mode == "YCbCr" else 1
    )


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff", "webp", "avif"])
@hypothesis.settings(deadline=None, max_examples=8)
@hypothesis.given(st.binary(max_size=80), st.sampled_from([b"", b"Exif\0\0"]))
def test_whatever_exif_says_is_no_reason_to_refuse(kind, body, prefix):
    if kind == "avif" and not features.check("avif"):
        pytest.skip("Pillow was built without AVIF")
    pixels = np.full((4, 6, 3), 90, np.uint8)
    contents = encoded(Image.fromarray(pixels), kind)
    if kind == "jpeg":
        block = prefix + body
        head = b"\xff\xe1" + struct.pack(">H", len(block) + 2)
        contents = contents[:2] + head + block + contents[2:]
    elif kind == "png":
        place = contents.index(b"IDAT") - 4
        contents = contents[:place] + chunk(b"eXIf", body) + contents[place:]
    elif kind == "webp":
        contents = encoded(Image.fromarray(pixels), kind, exif=prefix + body or b"\0")
    elif kind == "tiff":
        odd = {274: (2, 6), 282: (5, 0), 34665: (4, 7), 700: (4, 9)}
        grey = np.full((4, 6), 90 * 257)
        contents = tiff(grey, 16, 1, extra=tuple(odd.items()))
    seen = image_file.decode_whole(contents, "x", 3)
    assert sorted(seen.shape) == [3, 4, 6]
    np.testing.assert_allclose(seen, 90, atol=4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("bits", [8, 16])
def test_tiff_is_turned_whatever_its_tags_say(orientation, bits):
    """Pillow turns TIFF files as it loads them, and fails over odd tags."""
    upright = np.arange(6).reshape(2, 3) * 40
    stored = {
        **{1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1]},
        **{5: upright.T, 6: np.rot90(upright, 1)},
        **{7: upright[::-1, ::-1].T, 8: np.rot90(upright, -1)},
    }[orientation]
    stored = stored * 257 if bits == 16 else stored
    tags = {274: (3, orientation), 700: (4, 9)}  # XMP that is a number
    contents = tiff(stored, bits, 1, extra=tuple(tags.items()))
    seen = image_file.decode_whole(contents, "x", 1)
    np.testing.assert_array_equal(seen[..., 0], upright)


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
