"""What synthetic pictures of a rare class are worth to a classifier.

    python experiments/benchmarks/rare_class/rare_class.py --out runs/rare \\
        --path radiographs --rare pneumonia --rare-count 50

Of one class all but a few training pictures are hidden. A conditional GAN learns the
rest (`rare_class_gan.py`), and draws more of that class. Small classifiers are trained
on the few as they come; on the few so often that classes are equally frequent; with
classical augmentation; with synthetic pictures instead of half of the repetitions; with
both; and, as the bound, on all that were hidden. All but the first see every class
equally often, and all train equally long. Seeds draw the few, the GAN, its samples and
the classifiers anew; the test pictures are the same, and seen once.

Prints a table of means ± standard deviations over seeds, and whether synthetic pictures
helped. All that is done lies in --out: the same command goes on where it was stopped.
Look at its synthetic-*.png, a row of real ones first, before you believe the figures.
"""

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import rare_class_classifier as classifiers
import rare_class_data as pictures_of
import rare_class_gan as gan
import tyro
from rare_class_table import ARMS, JUDGED, check_same, lines

import jaxgan
from jaxgan import data
from jaxgan.run import pictures
from jaxgan.run.devices import xla

RESULTS = "results.json"
SHOWN = 16
"""Pictures in a row of those to look at."""


@dataclasses.dataclass(frozen=True)
class Options:
    """Which pictures, how few of which class, and how long."""

    path: str = ""
    """A folder or zip of folders of classes, or a file of MedMNIST; '': --dataset."""
    test: str = ""
    """The test's folder; '': a quarter of --path, but a .npz has its own."""
    dataset: str = "mnist"
    """Name in TensorFlow Datasets."""
    rare: str = "8"
    """Name of the class of which few are kept; a .npz calls them 0, 1, ..."""
    rare_count: int = 20
    """How many."""
    size: int = 28
    """Pixels per side of a folder's pictures: 28, or a power of two from 8."""
    channels: int = 1
    """Of a folder's pictures: 1 for grey, 3 for colour."""
    flip: bool = False
    """Whether classical augmentation mirrors: not where left and right differ."""
    synthetic: int = 1_000
    """Pictures that the GAN draws of the rare class."""
    recipe: Literal["r3gan", "hinge"] = "r3gan"
    """The GAN's loss. Where losses of the first stay at ln 2, take the other."""
    learning_rate: float = 1e-3
    """Of the GAN at first; a tenth at last."""
    gan_steps: int = 1_000
    """Of the GAN, for each seed."""
    steps: int = 400
    """Of every classifier."""
    seeds: int = 5
    """From 0 on."""
    out: pathlib.Path = pathlib.Path("runs/rare_class")
    """The folder for runs, pictures and results."""

    def __post_init__(self):
        """Checks the ranges."""
        least = {"seeds": 2, **dict.fromkeys(COUNTS, 1)}
        for name, bound in least.items():
            if (seen := getattr(self, name)) < bound:
                flag = f"--{name.replace('_', '-')}"
                raise SystemExit(f"{flag}: saw {seen}, wanted at least {bound}")

    @property
    def protocol(self) -> dict[str, Any]:
        """What results depend on."""
        fields = dataclasses.asdict(self)
        return {name: fields[name] for name in fields if name not in ("seeds", "out")}


COUNTS = ("rare_count", "synthetic", "gan_steps", "steps")


def synthetic(options: Options, few: data.Arrays, seed: int) -> np.ndarray:
    """Pictures of the rare class, bytes [n, H, W, C], of a GAN that saw these few."""
    run = trained_gan(options, few, seed)
    values = run.sample(options.synthetic, seed=seed, label=options.rare)
    drawn = np.clip(np.rint(values * 127.5 + 127.5), 0, 255).astype(np.uint8)
    real = few.values[few.labels == pictures_of.number(few, options.rare)]
    show(options.out / f"synthetic-{seed}.png", real, drawn)
    return drawn


def trained_gan(options: Options, few: data.Arrays, seed: int) -> jaxgan.Run:
    """A GAN of these pictures; it goes on where it was stopped."""
    file, steps = options.out / f"training-{seed}.npz", options.gan_steps
    if not file.exists():
        labels, classes = pictures_of.labels(few), np.array(few.classes)
        np.savez_compressed(file, values=few.values, labels=labels, classes=classes)
    never = 10 * steps
    return jaxgan.train(
        gan,
        path=file,
        seed=seed,
        recipe=options.recipe,
        learning_rate=(options.learning_rate, options.learning_rate / 10),
        burn_in=steps * gan.Config.batch_size,
        steps=steps,
        run_dir=options.out / f"gan-{seed}",
        sample_every=never,
        save_every=never,
        diagnose_every=never,
    )


def show(path: pathlib.Path, real: np.ndarray, drawn: np.ndarray) -> None:
    """Draws a row of real pictures above four of synthetic ones."""
    first = np.resize(real[:SHOWN], (SHOWN, *real.shape[1:]))
    cells = np.concatenate([first, drawn[: 4 * SHOWN]])
    cells = np.broadcast_to(cells, (*cells.shape[:3], 3))
    pictures.save_png(path, pictures.enlarged(pictures.mosaic(cells, SHOWN), 900))


def training_set(
    arm: str, whole: data.Arrays, few: data.Arrays, drawn: np.ndarray, rare: int
) -> data.Source:
    """What a classifier of an arm is trained on."""
    of = ARMS[arm]
    source = whole if of.all_real else few
    labels = pictures_of.labels(source)
    if not of.balanced:
        return source
    rows = gan.balanced(labels)
    if not of.synthetic:
        return data.subset(source, rows)
    labels = np.concatenate([labels, np.full(len(drawn), rare, np.int32)])
    values = np.concatenate([source.values, drawn])
    # Half of the places of the rare class.
    places = np.flatnonzero(labels[rows] == rare)[::2]
    rows[places] = np.resize(np.arange(source.size, len(labels)), len(places))
    return data.subset(data.arrays(values, labels, source.classes), rows)


def scores(found: np.ndarray, test: data.Arrays, rare: int) -> dict[str, float]:
    """Recall of the rare class, accuracy on the others, mean recall of all classes."""
    right = found == test.labels
    classes = range(len(test.classes))
    return {
        "recall": float(right[test.labels == rare].mean()),
        "others": float(right[test.labels != rare].mean()),
        "balanced": float(
            np.mean([right[test.labels == one].mean() for one in classes])
        ),
    }


def measure(options: Options, results: dict[str, Any], seeds: Sequence[int]) -> None:
    """Adds what is missing to the results, and writes them after every classifier."""
    whole, test = pictures_of.sets(
        options.path, options.test, options.dataset, options.size, options.channels
    )
    training = classifiers.Training(steps=options.steps, flip=options.flip)
    models = classifiers.Classifiers(whole.shape, len(whole.classes), training)
    rare = pictures_of.number(whole, options.rare)
    for seed in seeds:
        few = pictures_of.with_few(whole, rare, options.rare_count, seed)
        done = results.setdefault(str(seed), {})
        missing = [arm for arm in ARMS if arm not in done]
        drawn = synthetic(options, few, seed) if missing else np.empty(0)
        for arm in missing:
            source = training_set(arm, whole, few, drawn, rare)
            variables = models.train(source, seed, augmented=ARMS[arm].augmented)
            found = models.predictions(variables, np.asarray(test.values))
            done[arm] = scores(found, test, rare)
            if ARMS[arm].all_real:
                judged = models.predictions(variables, drawn) == rare
                done[arm][JUDGED] = float(judged.mean())
            print(f"seed {seed}, {arm}: {done[arm]}", flush=True)
            write(options, results)


def write(options: Options, results: Mapping[str, Any]) -> None:
    """Keeps results, whole or not at all."""
    draft = options.out / f".{RESULTS}"
    draft.write_text(
        json.dumps({"protocol": options.protocol, "results": results}, indent=1)
    )
    draft.replace(options.out / RESULTS)


def main(options: Options) -> Sequence[str]:
    """Measures what is not measured yet, and prints the table; returns its lines."""
    xla.set_up_xla()
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        results = check_same(options.out / RESULTS, options.protocol)
        measure(options, results, range(options.seeds))
    except (data.DataError, jaxgan.RunError, OSError) as error:
        raise SystemExit(str(error)) from None
    of_seeds = [results[str(seed)] for seed in range(options.seeds)]
    table = lines(of_seeds, options.rare)
    print("\n".join(table))
    return table


if __name__ == "__main__":
    main(tyro.cli(Options))
