"""TensorBoard's events are whole, and their death is no run's."""

import subprocess

import numpy as np
import pytest
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.record_writer import masked_crc32c

from jaxgan.run.files import tensorboard_log
from jaxgan.run.files.tensorboard_log import TensorBoardLog
from tests.run.conftest import rows

PICTURE = np.arange(8 * 6 * 3, dtype=np.uint8).reshape(8, 6, 3)


def events(folder):
    """Reads every record of every file, by the format's own definition."""
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        while data:
            length = int.from_bytes(data[:8], "little")
            content = data[12 : 12 + length]
            for part, check in ((data[:8], 8), (content, 12 + length)):
                crc = int.from_bytes(data[check : check + 4], "little")
                assert crc == masked_crc32c(part)
            yield Event.FromString(content)
            data = data[16 + length :]


def test_what_is_written_is_read(tmp_path):
    for step in (0, 5):
        log = TensorBoardLog(tmp_path, step)
        log.scalars(step + 1, {"a/loss": 1.5, "b": -2.0})
        log.picture(step + 1, PICTURE)
        log.close()
        log.scalars(step + 2, {"late": 0.0})
    found = list(events(tmp_path / tensorboard_log.FOLDER))
    assert [event.file_version for event in found[::5]] == ["brain.Event:2"] * 2
    starts = [event.step for event in found if event.session_log.status]
    assert starts == [1, 6]
    values = [(e.step, x.tag, x.simple_value) for e in found for x in e.summary.value]
    of_first = [(1, "a/loss", 1.5), (1, "b", -2.0), (1, "samples", 0.0)]
    assert values == of_first + [(6, *rest) for _, *rest in of_first]
    image = found[-1].summary.value[0].image
    assert (image.height, image.width) == PICTURE.shape[:2]


def small_disk(folder):
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting needs root")


def test_a_run_goes_on_without(train, tmp_path):
    """Its own disk is full; metrics.jsonl lies on another."""
    whole = train("--steps", 40, run="whole")
    disk = tmp_path / "run" / tensorboard_log.FOLDER
    train("--steps", 1)
    for path in disk.iterdir():
        path.unlink()
    disk.rmdir()
    small_disk(disk)
    try:
        assert train("--steps", 40, "--log-every", 1) == whole
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert [row["step"] for row in rows(tmp_path / "run")] == [*range(1, 41)]


def test_it_is_told_once(tmp_path, capsys):
    """A file stands in the folder's place; nothing after the first event is tried."""
    (tmp_path / tensorboard_log.FOLDER).write_text("precious")
    log = TensorBoardLog(tmp_path, 0)
    for step in range(3):
        log.scalars(step, {"loss": 1.0})
        log.picture(step, PICTURE)
    log.close()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: no more events for TensorBoard in ")
    assert (tmp_path / tensorboard_log.FOLDER).read_text() == "precious"


@pytest.mark.parametrize("when", ["write", "flush", "close"])
def test_whenever_it_fails(tmp_path, monkeypatch, capsys, when):
    log = TensorBoardLog(tmp_path, 0)
    real = getattr(log._writer, when)

    def fail(*arguments):
        real(*arguments)
        raise OSError("a disk that is gone")

    monkeypatch.setattr(log._writer, when, fail)
    monkeypatch.setattr(tensorboard_log, "SECONDS", 0.0)
    log._due = 0.0
    for step in range(3):
        log.scalars(step, {"loss": 1.0})
    log.close()
    assert capsys.readouterr().err.count("a disk that is gone") == 1
