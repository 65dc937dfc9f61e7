"""Makes pictures with this folder's model: onnxruntime, numpy and Pillow, no JAX.

python sample.py --num 16 --seed 7 --out samples.png
python sample.py picture.png --out made
"""

import argparse
import hashlib
import html
import json
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

FOLDER = pathlib.Path(__file__).parent
GAP, WHITE = 2, 255
PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:jaxgan="urn:jaxgan:provenance:" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
    "<Iptc4xmpExt:DigitalSourceType>"
    "http://cv.iptc.org/newscodes/digitalsourcetype/{source}"
    "</Iptc4xmpExt:DigitalSourceType><jaxgan:record>{record}</jaxgan:record>"
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
"""Says to other software that a picture is synthetic (XMP, IPTC), to jaxgan how."""


class Generator:
    """The models of a folder, one after the other.

    Attributes:
      card: of the folder: kind, classes, inputs, where it comes from.
    """

    def __init__(self, folder: pathlib.Path = FOLDER):
        """Reads the card; a model is loaded when it is first called."""
        self.folder = pathlib.Path(folder)
        self.card: dict[str, Any] = json.loads((self.folder / "card.json").read_text())
        self._sessions: dict[str, Any] = {}

    def call(self, part: str, **inputs: Any) -> list[np.ndarray]:
        """Calls one model with those of the inputs that it takes."""
        if part not in self._sessions:
            import onnxruntime

            path = self.folder / f"{part}.onnx"
            self._sessions[part] = onnxruntime.InferenceSession(
                str(path), providers=["CPUExecutionProvider"]
            )
        taken = self.card["parts"][part]["inputs"]
        fed = {
            name: np.asarray(inputs[name], about["dtype"])
            for name, about in taken.items()
        }
        return self._sessions[part].run(None, fed)

    def sample(
        self,
        num: int,
        seed: int = 0,
        label: str | int | None = None,
        psi: float = 1.0,
        first: int = 0,
    ) -> np.ndarray:
        """Makes samples, float32 [num, ...]; sample i is of the seed and i alone.

        Args:
          num: how many.
          seed: a whole number of at most 64 bits; the samples are those that
            `jaxgan sample RUN --seed` draws.
          label: name or number of a class for all; by default they are drawn.
          psi: truncation of styles: the share of the way from the mean one.
          first: number of the first sample.

        Raises:
          ValueError: if the model makes its pictures of pictures, there is no such
            class, or a number is out of range.
        """
        if self.card["kind"] == "picture":
            raise ValueError("PICTURES: saw none, wanted files to make pictures of")
        if num < 1:
            raise ValueError(f"--num: saw {num}, wanted at least 1")
        if psi != 1.0 and self.card["kind"] != "style":
            raise ValueError("--psi: only styles are truncated: leave it out")
        index = np.arange(first, first + num)
        drawn = self.call("latents", key=_key(seed), index=index)
        inputs = dict(zip(self.card["parts"]["latents"]["outputs"], drawn))
        if label is not None:
            inputs["labels"] = np.full(num, self.class_number(label))
        if self.card["kind"] == "latent":
            return self.call("generator", **inputs)[0]
        (inputs["w"],) = self.call("mapping", psi=psi, **inputs)
        return self.call("synthesis", **inputs)[0]

    def apply(self, image: np.ndarray, seed: int = 0) -> np.ndarray:
        """Maps a picture, float32 [H, W, C] in [-1, 1]."""
        multiple = self.card["multiple"]
        height, width = image.shape[:2]
        pads = [(0, -side % multiple) for side in (height, width)]
        whole = np.pad(image, [*pads, (0, 0)], "symmetric")
        (made,) = self.call("generator", image=whole[None], keys=[_key(seed)])
        scale = made.shape[1] / whole.shape[0]
        return made[0, : round(height * scale), : round(width * scale)]

    def about(self, picture: pathlib.Path | None = None, **options: Any) -> dict:
        """Says how something was made, so that `jaxgan trace` can make it again."""
        card, source = self.card, ""
        if picture is not None:
            source = f"sha256:{hashlib.sha256(picture.read_bytes()).hexdigest()}"
        alone = card.get("run_seed") is None  # else the state is one of several
        return {
            "command": "sample.py",
            "options": options | {x: card.get(x, False) for x in ("half", "current")},
            **{name: card[name] for name in ("run", "experiment", "step")},
            "fingerprint": card["fingerprint"] if alone else "",
            "versions": {"jaxgan": card["jaxgan"], "onnxruntime": _version()},
            "source": source,
            "source_name": "" if picture is None else picture.name,
        }

    def class_number(self, label: str | int) -> int:
        """Finds a class by its name or number."""
        names = self.card["classes"]
        if not names:
            raise ValueError("--label: this generator is not conditioned on labels")
        if str(label) in names:
            return names.index(str(label))
        if str(label) in map(str, range(len(names))):
            return int(label)
        shown = ", ".join(names[:20])
        raise ValueError(f"--label: saw {label!r}, wanted one of {shown}")


def _version() -> str:
    import onnxruntime

    return onnxruntime.__version__


def _key(seed: int) -> list[int]:
    if not 0 <= seed < 2**64:
        raise ValueError(f"--seed: saw {seed}, wanted a whole number below 2^64")
    return [seed >> 32, seed & 0xFFFFFFFF]


def as_bytes(values: np.ndarray) -> np.ndarray:
    """From [-1, 1] to 0 ... 255."""
    return np.rint((np.clip(values, -1.0, 1.0) + 1.0) * 127.5).astype(np.uint8)


def mosaic(images: np.ndarray) -> np.ndarray:
    """Puts images [N, H, W, C] side by side, with white pixels between."""
    count, height, width, channels = images.shape
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    cells = (rows * columns, height + GAP, width + GAP, channels)
    whole = np.full(cells, WHITE, np.uint8)
    whole[:count, :height, :width] = images
    whole = whole.reshape(rows, columns, *cells[1:]).swapaxes(1, 2)
    return whole.reshape(rows * cells[1], columns * cells[2], channels)[:-GAP, :-GAP]


def save_png(
    path: pathlib.Path, pixels: np.ndarray, about: dict[str, Any] | None = None
) -> None:
    """Writes a picture, uint8 [H, W, 1 or 3], that says how it was made."""
    from PIL import Image, PngImagePlugin

    text = PngImagePlugin.PngInfo()
    if about is not None:
        source = "trainedAlgorithmicMedia"
        if about["source"]:
            source = "compositeWithTrainedAlgorithmicMedia"
        record = json.dumps(about, sort_keys=True)
        packet = PACKET.format(source=source, record=html.escape(record, quote=False))
        text.add_itxt("XML:com.adobe.xmp", packet)
        text.add_itxt("Description", f"synthetic: {record}")
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    image.save(path, pnginfo=text)


def read(path: pathlib.Path, channels: int) -> np.ndarray:
    """Reads a picture, float32 [H, W, channels] in [-1, 1]."""
    from PIL import Image, ImageOps

    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image)
        mode = "L" if channels == 1 else "RGB"
        pixels = np.asarray(upright.convert(mode), np.float32)
    return pixels.reshape(*pixels.shape[:2], -1) / 127.5 - 1.0


def write_samples(
    generator: Generator, out: pathlib.Path, marked: bool = True, **options: Any
) -> None:
    """Writes samples: pictures as one; others, such as latents, and NAME.npz as arrays.

    Args:
      generator: that makes them.
      out: NAME.png or NAME.npz.
      marked: say in the file that it is synthetic, and how it was made.
      options: of `Generator.sample`.
    """
    values = generator.sample(**options)
    about = generator.about(**options) if marked else None
    if out.suffix == ".npz" or values.ndim != 4 or values.shape[3] not in (1, 3):
        out = out.with_suffix(".npz")
        said = "" if about is None else json.dumps(about, sort_keys=True)
        np.savez(out, value=values, provenance=np.array(said))
    else:
        pixels = mosaic(as_bytes(values))
        times = max(1, round(512 / max(pixels.shape[:2])))
        save_png(out, pixels.repeat(times, axis=0).repeat(times, axis=1), about)
    print(out)


def apply_to_files(
    generator: Generator,
    out: pathlib.Path,
    paths: Sequence[pathlib.Path],
    seed: int,
    marked: bool = True,
) -> None:
    """Writes what is made of every picture, as PNG.

    Raises:
      ValueError: if two of them would have one name.
    """
    stems = [path.stem for path in paths]
    for path in paths:
        if stems.count(path.stem) > 1:
            raise ValueError(
                f"PICTURES: saw several called {path.stem}, wanted names that differ"
            )
    channels = generator.card["parts"]["generator"]["inputs"]["image"]["shape"][-1]
    for path in paths:
        made = out / f"{path.stem}.png"
        pixels = as_bytes(generator.apply(read(path, channels), seed))
        save_png(made, pixels, generator.about(path, seed=seed) if marked else None)
        print(made)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("pictures", nargs="*", type=pathlib.Path)
    parser.add_argument("--num", type=int, help="of samples; 16 by default")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--label", help="name or number of a class, for all samples")
    parser.add_argument("--psi", type=float, help="truncation of styles: 1 is none")
    parser.add_argument("--out", type=pathlib.Path, help="NAME.png, or a folder")
    given = parser.parse_args()
    generator = Generator()
    drawn = {"num": given.num, "label": given.label, "psi": given.psi}
    said = {name: value for name, value in drawn.items() if value is not None}
    try:
        if generator.card["kind"] == "picture":
            if not given.pictures:
                raise ValueError("PICTURES: saw none, wanted files")
            if said:
                raise ValueError(f"--{next(iter(said))}: is of generators that draw")
            out = given.out or pathlib.Path("made")
            apply_to_files(generator, out, given.pictures, given.seed)
        else:
            if given.pictures:
                raise ValueError("PICTURES: saw some, but this generator takes none")
            out = given.out or pathlib.Path("samples.png")
            options = {"num": 16, "label": None, "psi": 1.0, **said}
            write_samples(generator, out, seed=given.seed, **options)
    except (OSError, ValueError) as error:
        parser.exit(2, f"error: {error}\n")


if __name__ == "__main__":
    main()
