"""Options that cannot be meant: a line each, before any work, of every command."""

import os
import pathlib
import shutil

import pytest

import jaxgan
from jaxgan.run.commands import COMMANDS, cli
from jaxgan.run.errors import RunError
from jaxgan.run.files import run_program
from tests.golden.runs import make
from tests.run.conftest import EXPERIMENT

STORED = pathlib.Path(make.__file__).parent / "ring"
LAST = str(2**64 - 1)
BEYOND = str(2**64)
SEED = "wanted a whole number from 0 to 2**64 - 1"

TRAIN = (
    ("--steps -1", "--steps: saw -1, wanted at least 1"),
    ("--steps 1e3", "--steps: saw '1e3', wanted a whole number"),
    ("--minutes nan", "--minutes: saw nan, wanted more than 0"),
    ("--minutes 0", "--minutes: saw 0.0, wanted more than 0"),
    ("--batch-size 0", "batch_size: saw 0, wanted at least 1"),
    ("--batch-size -3", "batch_size: saw -3, wanted at least 1"),
    ("--seed -1", f"seed: saw -1, {SEED}"),
    (f"--seed {BEYOND}", f"seed: saw {BEYOND}, {SEED}"),
    ("--seed 1e20", "--seed: saw '1e20', wanted a whole number"),
    ("--seed nan", "--seed: saw 'nan', wanted a whole number"),
    ("--seed True", "--seed: saw 'True', wanted a whole number"),
    ("--seeds 0", "--seeds: saw 0, wanted at least 1"),
    (f"--seed {LAST} --seeds 2", f"--seeds: saw 2 from seed {LAST} on, wanted the las"),
    ("--learning-rate nan", "learning_rate: saw nan, wanted a finite number, more tha"),
    ("--learning-rate -1", "learning_rate: saw -1.0, wanted more than 0"),
    ("--learning-rate 0", "learning_rate: saw 0.0, wanted more than 0"),
    ("--widths 8 0", "widths: saw (8, 0), wanted at least 1"),
    ("--warm-up -1", "--warm-up: saw -1, wanted at least 0"),
    ("--keep 0", "--keep: saw 0, wanted at least 1"),
    ("--devices 0", "--devices: saw 0, wanted at least 1"),
    ("--model-parallel 0", "--model-parallel: saw 0, wanted at least 1"),
    ("--heartbeat 0", "--heartbeat: saw 0, wanted at least 1"),
    ("--evaluate-every 0", "--evaluate-every: saw 0, wanted at least 1"),
    (
        "--evaluate-share nan",
        "--evaluate-share: saw nan, wanted more than 0, at m",
    ),
    ("--evaluate-weights none.pth", "--evaluate-weights: there is no file none.pth"),
    ("--evaluate-weights full", "--evaluate-weights: there is no file full"),
    (
        "--coordinator host:70000 --processes 2 --process 0",
        "--coordinator: saw host:70000, wanted HOST:PORT, the port from 1 to 65535",
    ),
    ("--run-dir file", "--run-dir: file is a file, wanted a folder"),
    ("--run-dir file/run", "--run-dir: file/run lies below "),
    ("--run-dir full", "--run-dir: full is not empty and not a run"),
    (f"--run-dir {'n' * 300}", "cannot be written: File name too long"),
)
SAMPLING = (
    ("--seed -1", f"--seed: saw -1, {SEED}"),
    (f"--seed {BEYOND}", f"--seed: saw {BEYOND}, {SEED}"),
    ("--seed 1e20", "--seed: saw '1e20', wanted a whole number"),
    ("--step -1", "--step: saw -1, wanted at least 0"),
    ("--run-seed -1", f"--run-seed: saw -1, {SEED}"),
    ("--truncation nan", "--truncation: saw (nan,), wanted a finite number"),
    ("--truncation-cutoff -1", "--truncation-cutoff: saw -1, wanted at least 0"),
    ("--passes 0", "--passes: saw 0, wanted at least 1"),
    ("--standing-statistics 0", "--standing-statistics: saw 0, wanted at least 1"),
)
CODES = (
    ("--seed -1", f"--seed: saw -1, {SEED}"),
    ("--step -1", "--step: saw -1, wanted at least 0"),
    ("--run-seed -1", f"--run-seed: saw -1, {SEED}"),
    ("--label 3", "--label: this generator is not conditioned on labels"),
)
MOVED = (
    *CODES,
    ("--layers 1", "--layers: saw '1', wanted layers from 0 to 0"),
    ("--layers x", "--layers: saw 'x', wanted layers from 0 to 0"),
    ("--num 0", "--num: saw 0, wanted at least 1"),
    ("--method pca", "--method: saw 'pca', wanted one of ganspace, sefa"),
)
BATCHED = (
    ("--batch-size 0", "--batch-size: saw 0, wanted at least 1"),
    *SAMPLING,
    ("--noise-layers 0-2", "--noise-layers: LatentGame adds no noise"),
    ("--passes 2", "--passes: LatentGame makes its samples in one pass; leave it out"),
)
MEASURES = (
    ("--num 0", "--num: saw 0, wanted at least 16"),
    ("--neighbours 3", "--neighbours: saw 3, wanted at least 16"),
    ("--weights none.pth", "--weights: there is no file none.pth"),
    ("--seed -1", f"--seed: saw -1, {SEED}"),
    ("--metrics fidd", "--metrics: saw 'fidd', which is no measure of"),
)
BAD = {
    "train": (f"{EXPERIMENT} --run-dir new", TRAIN),
    "forecast": (f"{EXPERIMENT}", TRAIN[:12] + TRAIN[13:17]),
    "sample": (
        "run",
        (
            *BATCHED,
            ("--num 0", "--num: saw 0, wanted at least 1"),
            ("--num 1e3", "--num: saw '1e3', wanted a whole number"),
            ("--out file/a.png", "--out: file/a.png lies below"),
            ("--out file/a.npz", "--out: file/a.npz lies below"),
            ("--out file", "--out: file is a file, wanted a folder"),
            ("--out full", "--out: full holds older, wanted a new or an empty folder"),
            ("--out run", "--out: run holds checkpoints, "),
            ("--out a.jpg", "--out: saw a.jpg, wanted NAME.png, NAME.npz or a folder"),
            ("--out A.PNG", "--out: saw A.PNG, wanted NAME.png, NAME.npz or a folder"),
        ),
    ),
    "apply": (
        "run file",
        (
            ("--tile 0", "--tile: saw 0, wanted at least 1"),
            ("--overlap -1", "--overlap: saw -1, wanted at least 0"),
            ("--seed -1", f"--seed: saw -1, {SEED}"),
            ("--format gif", "--format: saw 'gif', wanted"),
            ("--out file", "--out: file is a file, wanted a folder"),
            ("none", "none: does not exist, wanted a picture, folder or .zip"),
            ("--out new", "makes pictures of noise and not of pictures"),
        ),
    ),
    "interpolate": (
        "run",
        (
            *BATCHED,
            ("--points 1", "--points: saw 1, wanted at least 2"),
            ("--frames 0", "--frames: saw 0, wanted at least 1"),
            ("--keys 3", "--keys: saw one seed, wanted two at least"),
            ("--keys 3 4 --latents file", "--keys: saw seeds with --latents, wanted"),
            ("--latents none", "--latents: there is no file none"),
            ("--keys 3 -1", f"--keys: saw (3, -1), {SEED}"),
            ("--keys 3 x", "--keys: saw '3 x', wanted"),
            ("--rate 0", "--rate: saw 0.0, wanted more than 0"),
            ("--rate -1", "--rate: saw -1.0, wanted more than 0"),
            ("--rate nan", "--rate: saw nan, wanted a finite number, more than 0"),
            (
                "--rate 1000 --out a.gif",
                "--rate: saw 1000 pictures per second for a .g",
            ),
            ("--rate 1e-9 --out a.gif", "for a .gif file, wanted 0.01 to 100"),
            ("--move 0.1 90", "--move: wants a generator that can be told to move its"),
            ("--move 0.1", "--move"),
            (
                "--out a.jpg",
                "--out: saw a.jpg, wanted NAME.png, NAME.gif, NAME.webp or NAME.mp4",
            ),
            ("--out file/a.png", "--out: file/a.png lies below"),
        ),
    ),
    "mix": (
        "run",
        (
            *SAMPLING,
            ("--rows 0", "--rows: saw 0, wanted at least 1"),
            ("--columns 0", "--columns: saw 0, wanted at least 1"),
            ("--out a.jpg", "--out: saw a.jpg, wanted NAME.png"),
            ("--out file/a.png", "--out: file/a.png lies below"),
        ),
    ),
    "project": (
        "run file",
        (
            *CODES,
            ("--steps 0", "--steps: saw 0, wanted at least 1"),
            ("--steps 1e3", "--steps: saw '1e3', wanted a whole number"),
            ("--pivotal -1", "--pivotal: saw -1, wanted at least 0"),
            ("--at-once 0", "--at-once: saw 0, wanted at least 1"),
            ("--video avi", "--video: saw 'avi', wanted one of gif, mp4, webp"),
            ("--weights none", "--weights: there is no file none"),
            ("--heads file", "--heads: saw it without --weights"),
            ("--weights file --features", "--features: saw it with --weights, wanted"),
            ("--weights file", "--weights: file"),
            ("--out file", "--out: file is a file, wanted a folder"),
            ("--out full", "--out: full holds older, wanted a new or an empty folder"),
            ("none", "none: does not exist, wanted a picture, folder or .zip"),
            ("", "this generator makes [2], wanted square pictures, grey or coloured"),
        ),
    ),
    "directions": (
        "run",
        (
            *MOVED,
            ("--count 0", "--count: saw 0, wanted at least 1"),
            ("--frames 1", "--frames: saw 1, wanted at least 2"),
            ("--amount 0", "--amount: saw 0.0, wanted more than 0"),
            ("--amount nan", "--amount: saw nan, wanted a finite number, more than 0"),
            ("--out file", "--out: file is a file, wanted a folder"),
            ("--out full", "--out: full holds older, wanted a new or an empty folder"),
        ),
    ),
    "edit": (
        "run",
        (
            *MOVED,
            ("--direction -1", "--direction: saw -1, wanted at least 0"),
            ("--direction 99", "--direction: saw 99, wanted 0 to "),
            ("--amount x", "--amount: saw 'x', wanted a number, or two such as -3..3"),
            ("--amount nan..3", "--amount: saw 'nan..3', wanted a number, or two such"),
            ("--amount 1e999", "--amount: saw (inf,), wanted a finite number"),
            ("--frames 0", "--frames: saw 0, wanted at least 1"),
            ("--rate 0", "--rate: saw 0.0, wanted more than 0"),
            ("--rate 1000 --out a.webp", "for a .webp file, wanted 0.01 to 100"),
            ("--latents none", "--latents: there is no file none"),
            ("--latents file", "--latents: file holds no latents, wanted a file of ja"),
            ("--directions none", "--directions: there is no file none"),
            ("--directions file", "--directions: file holds none, wanted directions.n"),
            ("--out a.jpg", "--out: saw a.jpg, wanted NAME.png, NAME.gif, NAME.webp"),
            ("--out file/a.png", "--out: file/a.png lies below"),
        ),
    ),
    "evaluate": (
        "run",
        (
            *(*MEASURES, *BATCHED[:1], *BATCHED[4:]),
            (
                "--metrics equivariance",
                "--metrics: equivariance wants a generator that can be told to move",
            ),
        ),
    ),
    "compare": (
        "full full",
        (
            *MEASURES,
            ("--size 0", "--size: saw 0, wanted at least 1"),
            ("--size x", "--size: saw 'x', wanted a whole number"),
        ),
    ),
    "report": (
        "run",
        (
            (
                "--live --port 70000",
                "--port: saw 70000, wanted at least 0, at most 6",
            ),
            ("--live --port -1", "--port: saw -1, wanted at least 0, at most 65535"),
            ("--out a.txt", "--out: saw a.txt, wanted NAME.html or NAME.htm"),
            ("--out file/a.html", "--out: file/a.html lies below"),
        ),
    ),
    "export": (
        "run",
        (
            ("--to tf", "--to: saw 'tf', wanted"),
            ("--half --to stablehlo", "--half: saw it with --to stablehlo, wanted onn"),
            ("--step -1", "--step: saw -1, wanted at least 0"),
            ("--out file", "--out: file is a file, wanted a folder"),
            ("--out full", "--out: full holds older, wanted a new or an empty folder"),
            ("--direction x_to_y --out new", "--direction: this generator makes pict"),
            ("--passes 2 --out new", "--passes: LatentGame makes its samples in one"),
        ),
    ),
    "trace": (
        "file",
        (
            ("", "file does not say that jaxgan made it"),
            ("--run none", "file does not say that jaxgan made it"),
        ),
    ),
    "explore": (
        "run",
        (
            ("--training -1", "--training: saw -1, wanted at least 0"),
            ("--out full", "--out: full holds older, wanted a new or an empty folder"),
            ("--out file", "--out: file is a file, wanted a folder"),
            ("--runtime none.tgz", "--runtime: there is no file none.tgz"),
            ("--latents none.npz", "--latents: there is no file none.npz"),
            ("--step -1", "--step: saw -1, wanted at least 0"),
            ("--run-seed -1", f"--run-seed: saw -1, {SEED}"),
        ),
    ),
    "lesson": (
        "",
        (
            ("--out file", "--out: file is a file, wanted a folder"),
            ("--out full", "--out: full holds older, wanted a new or an empty folder"),
            ("--out new --runtime none", "--runtime: there is no file none"),
            ("--out new --runtime file", "--runtime: file is another file, wanted onn"),
        ),
    ),
    "fingerprint": ("run", (("--step -1", "--step: saw -1, wanted at least 0"),)),
    "import": (
        "file",
        (
            ("--run-dir full", "--run-dir: full holds older, wanted a new or an empty"),
            ("--run-dir file", "--run-dir: file is a file, wanted a folder"),
            ("--run-dir file/run", "--run-dir: file/run lies below"),
        ),
    ),
    "diagnose": ("file", (("", "file is a file, wanted the folder of a run"),)),
    "list": ("", (("--where", "jaxgan list knows no '--where'"),)),
    "completion": ("", (("fish", "saw 'fish', wanted one of bash, zsh"),)),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("bad")
    shutil.copytree(STORED, place / "run")
    run_program.remember(place / "run")
    (place / "file").write_text("precious")
    (place / "full").mkdir()
    (place / "full" / "older").write_text("precious")
    return place


@pytest.fixture(scope="module")
def stored():
    return jaxgan.load(STORED, trust=True)


def test_every_command_is_here():
    assert set(BAD) == set(COMMANDS)


@pytest.mark.parametrize(
    ("command", "words", "said"),
    [
        (name, f"{first} {words}", said)
        for name, (first, rows) in BAD.items()
        for words, said in rows
    ],
)
def test_what_is_said(command, words, said, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    with pytest.raises(SystemExit) as ended:
        cli.main([command, *words.split()])
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert said in told.err
    assert len([x for x in told.err.splitlines() if x[:5] != "hint:"]) == 1
    assert not told.out
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda run: run.sample(0), "num: saw 0, wanted at least 1"),
        (lambda run: run.sample(2, seed=-1), f"seed: saw -1, {SEED[:30]}"),
        (lambda run: run.sample(2, seed=2**64), "seed: saw 18446744073709551616"),
        (lambda run: run.sample(2, seed=1e20), "seed: saw 1e+20"),
        (lambda run: run.sample(2, seed=True), "seed: saw True"),
        (lambda run: run.sample(2, batch_size=0), "--batch-size: saw 0"),
        (lambda run: run.generate(2, seed=-1), "seed: saw -1"),
        (lambda run: run.picture(2, seed=-1), "seed: saw -1"),
        (lambda run: run.evaluate(seed=-1), f"--seed: saw -1, {SEED}"),
        (lambda run: run.evaluate(num=3), "--num: saw 3, wanted at least 16"),
        (lambda run: run.evaluate(weights="none.pth"), "--weights: there is no file"),
        (lambda run: run.evaluate("fidd"), "which is no measure of points"),
    ],
)
def test_what_is_said_in_python(call, said, stored):
    before = os.stat(STORED).st_mtime_ns
    with pytest.raises(RunError) as error:
        call(stored)
    assert said in str(error.value)
    assert os.stat(STORED).st_mtime_ns == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"seed": -1}, f"seed: saw -1, {SEED}"),
        ({"seed": 2**64}, f"seed: saw {BEYOND}, {SEED}"),
        ({"seed": 1e20}, "seed: saw 1e+20, wanted int"),
        ({"seed": True}, "seed: saw True, wanted int"),
        ({"seed": 2**64 - 1, "seeds": 2}, "--seeds: saw 2 from seed"),
        ({"learning_rate": float("nan")}, "learning_rate: saw nan, wanted a finite"),
        ({"batch_size": 0}, "batch_size: saw 0, wanted at least 1"),
        ({"widths": (8, 0)}, "widths: saw (8, 0), wanted at least 1"),
        ({"minutes": float("nan")}, "--minutes: saw nan, wanted more than 0"),
        ({"evaluate_weights": "none.pth"}, "--evaluate-weights: there is no file"),
    ],
)
def test_what_is_said_of_training_in_python(options, said, tmp_path):
    with pytest.raises(RunError) as error:
        jaxgan.train(EXPERIMENT, run_dir=tmp_path / "run", **options)
    assert said in str(error.value)
    assert not (tmp_path / "run").exists()
