"""The arguments of the commands that work on runs."""

import argparse
import pathlib


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
    parser.add_argument(
        "--truncation", type=float, help="cut the normal latents off at ±this"
    )
    parser.add_argument(
        "--current",
        action="store_true",
        help="the current generator instead of its running average",
    )


def samples(parser: argparse.ArgumentParser) -> None:
    """What is sampled, and how."""
    latents(parser)
    parser.add_argument(
        "--batch-size", type=int, default=64, help="samples at once (default: 64)"
    )


def sample(parser: argparse.ArgumentParser) -> None:
    """Of `jaxgan sample`."""
    samples(parser)
    parser.add_argument("--num", type=int, default=64, help="how many (default: 64)")
    parser.add_argument(
        "--out",
        type=pathlib.Path,
        help="NAME.png: one picture of all (default, in RUN/generated); NAME.npz: "
        "arrays; any other name: a folder of one picture each",
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
        "--metrics", nargs="+", metavar="NAME", help="which (default: all that fit)"
    )
    parser.add_argument(
        "--num", type=int, default=2000, help="images of a kind (default: 2000)"
    )
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
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
        "--current",
        action="store_true",
        help="the current generator instead of its running average",
    )
    parser.add_argument(
        "--size", type=int, default=64, help="pixels of folders' images (default: 64)"
    )
    parser.add_argument("--json", action="store_true", help="print lines of JSON")


def diagnose(parser: argparse.ArgumentParser) -> None:
    """Of `jaxgan diagnose`."""
    folder(parser)
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
