"""The arguments of the commands that work on runs."""

import argparse
import pathlib

MODELS = ("stylegan2", "r3gan", "biggan_deep", "biggan")
"""Networks whose weights can be imported."""


def folder(parser: argparse.ArgumentParser) -> None:
    """A run."""
    parser.add_argument(
        "run", type=pathlib.Path, metavar="RUN", help="the run's folder"
    )


def checkpoint(parser: argparse.ArgumentParser) -> None:
    """A run, and one of its checkpoints."""
    folder(parser)
    parser.add_argument(
        "--step", type=int, help="of the checkpoint (default: the newest)"
    )


def latents(parser: argparse.ArgumentParser) -> None:
    """Which latents are drawn, of which generator."""
    checkpoint(parser)
    parser.add_argument(
        "--seed", type=int, default=0, help="of the samples (default: 0)"
    )
    parser.add_argument(
        "--run-seed",
        type=int,
        help="which of the runs that were trained with --seeds (default: the first)",
    )
    parser.add_argument("--label", help="name or number of a class, for all samples")
    manner(parser)


def manner(parser: argparse.ArgumentParser) -> None:
    """How samples are made of a checkpoint."""
    parser.add_argument(
        "--truncation",
        type=numbers,
        metavar="PSI",
        help="less variety, better samples: of StyleGAN, the share of the way from the "
        "mean style, 0 to 1; of others, where normal latents are cut off",
    )
    parser.add_argument(
        "--truncation-cutoff",
        type=int,
        metavar="N",
        help="truncate the first N layers only (default: all)",
    )
    parser.add_argument(
        "--standing-statistics",
        type=int,
        metavar="N",
        help="batch statistics of N batches of samples instead of running averages",
    )
    parser.add_argument(
        "--current",
        action="store_true",
        help="the current generator instead of its running average",
    )


def samples(parser: argparse.ArgumentParser) -> None:
    """What is sampled, and how."""
    latents(parser)
    at_once(parser)


def at_once(parser: argparse.ArgumentParser) -> None:
    """How many samples are made at a time."""
    parser.add_argument(
        "--batch-size", type=int, default=64, help="samples at once (default: 64)"
    )


def numbers(text: str) -> tuple[float, ...]:
    """Numbers with commas between them: '1,0.7,0.5'."""
    return tuple(float(word) for word in text.split(","))


def sample(parser: argparse.ArgumentParser) -> None:
    """Of `jaxgan sample`."""
    samples(parser)
    parser.add_argument(
        "--num",
        type=int,
        help="how many (default: 64, or 8 for each of several truncations, like "
        "1,0.7,0.5, which are the rows of a picture)",
    )
    parser.add_argument(
        "--out",
        type=pathlib.Path,
        help="NAME.png: one picture of all (default, in RUN/generated); NAME.npz: "
        "arrays; any other name: a folder of one file each",
    )


def interpolate(parser: argparse.ArgumentParser) -> None:
    """Of `jaxgan interpolate`."""
    samples(parser)
    parser.add_argument(
        "--points", type=int, default=4, help="samples to pass through (default: 4)"
    )
    parser.add_argument(
        "--frames",
        type=int,
        default=8,
        help="pictures from one sample to the next (default: 8)",
    )
    parser.add_argument(
        "--rate", type=float, default=12.0, help="frames per second (default: 12)"
    )
    parser.add_argument(
        "--out",
        type=pathlib.Path,
        help="NAME.png: a strip (default, in RUN/generated); NAME.gif; NAME.mp4",
    )


def importing(parser: argparse.ArgumentParser) -> None:
    """Of `jaxgan import`."""
    parser.add_argument(
        "checkpoint",
        type=pathlib.Path,
        metavar="CHECKPOINT",
        help="of the official PyTorch code: .safetensors, .pth or .pt, .npz, or a "
        ".pkl of NVIDIA's or R3GAN's code; no code in it is run",
    )
    parser.add_argument(
        "--run-dir",
        type=pathlib.Path,
        required=True,
        metavar="RUN",
        help="the folder to make, which must not hold anything",
    )
    parser.add_argument(
        "--model",
        choices=MODELS,
        help="whose generator it is (default: as names and shapes say)",
    )
    parser.add_argument(
        "--current",
        type=pathlib.Path,
        metavar="FILE",
        help="the generator without averaging, if CHECKPOINT is the average alone",
    )
    parser.add_argument(
        "--discriminator",
        type=pathlib.Path,
        metavar="FILE",
        help="if it is not in CHECKPOINT",
    )
    parser.add_argument(
        "--within",
        default="",
        metavar="NAME",
        help="take the arrays below this name of CHECKPOINT",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what shapes do not tell: clamp and group of stylegan2 (pickles tell), "
        "depth of biggan_deep",
    )


def mix(parser: argparse.ArgumentParser) -> None:
    """Of `jaxgan mix`."""
    latents(parser)
    parser.add_argument(
        "--layers",
        nargs="+",
        default=["coarse", "middle", "fine"],
        metavar="LAYERS",
        help="which styles the columns give, a block of rows each: coarse, middle, "
        "fine (a third each), or numbers such as 0-3 (default: coarse middle fine)",
    )
    parser.add_argument(
        "--rows", type=int, default=2, help="of each block (default: 2)"
    )
    parser.add_argument("--columns", type=int, default=6, help="default: 6")
    parser.add_argument(
        "--out", type=pathlib.Path, help="NAME.png (default: in RUN/generated)"
    )


def report(parser: argparse.ArgumentParser) -> None:
    """Of `jaxgan report`."""
    folder(parser)
    parser.add_argument(
        "--out", type=pathlib.Path, help="NAME.html (default: RUN/report.html)"
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help="write no file; serve the page, and refresh it while the run trains",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8008,
        help="of 127.0.0.1, to serve at (default: 8008)",
    )


def evaluate(parser: argparse.ArgumentParser) -> None:
    """Of `jaxgan evaluate`."""
    checkpoint(parser)
    parser.add_argument(
        "fake",
        type=pathlib.Path,
        nargs="?",
        metavar="FAKE",
        help="a folder of images, to be measured against RUN, then a folder too",
    )
    parser.add_argument(
        "--metrics",
        nargs="+",
        metavar="NAME",
        help="which, of images fid, kid, inception-score, precision-recall, "
        "density-coverage, classes, modes, collapse, duplicates, memorisation "
        "(default: all that fit, and what the experiment measures itself)",
    )
    parser.add_argument(
        "--num",
        type=int,
        default=2000,
        help="how many real and generated examples (default: 2000)",
    )
    parser.add_argument(
        "--split",
        metavar="NAME",
        help="real examples to compare with: 'train', which the run was trained on, or "
        "'held_out', also by the names that the data have for them, like 'test' "
        "(default: train)",
    )
    parser.add_argument(
        "--neighbours",
        type=int,
        metavar="NUM",
        help="training examples among which copies are looked for (default: all)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="of the samples, and of which real examples are seen (default: 0)",
    )
    parser.add_argument(
        "--run-seed",
        type=int,
        help="which of the runs that were trained with --seeds (default: the first)",
    )
    parser.add_argument(
        "--extractor",
        choices=("classifier", "inception"),
        help="what sees the images (default: a classifier trained on the data, if they "
        "are labelled and of at most 64 pixels; else FID's Inception network)",
    )
    parser.add_argument(
        "--weights",
        type=pathlib.Path,
        help="file of the Inception network's weights",
    )
    parser.add_argument(
        "--real",
        type=pathlib.Path,
        metavar="FOLDER",
        help="measure RUN against a folder of images (default: the run's data)",
    )
    manner(parser)
    at_once(parser)
    parser.add_argument(
        "--size", type=int, default=64, help="pixels of folders' images (default: 64)"
    )
    parser.add_argument("--json", action="store_true", help="print lines of JSON")


def diagnose(parser: argparse.ArgumentParser) -> None:
    """Of `jaxgan diagnose`."""
    folder(parser)
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
