"""tensorboard/: the numbers of a run, and its pictures, as TensorBoard's events.

They repeat what metrics.jsonl and the pictures hold, so a run goes on without them.
"""

import contextlib
import pathlib
import socket
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.run.errors import warn

FOLDER = "tensorboard"
SECONDS = 120.0
"""Between two moments at which events are forced onto the disk."""


class TensorBoardLog:
    """Writes events, until one cannot be written: from then on it does nothing.

    It writes where it is called, not in a thread: one that died would keep whoever
    hands events to it waiting for ever. An event takes less time than handing it over.
    """

    def __init__(self, run: pathlib.Path, step: int):
        """Opens a new file of events.

        Args:
          run: the run's folder.
          step: the last of which events are to stay: TensorBoard hides later ones.
        """
        self._folder, self._writer = run / FOLDER, None
        self._due = time.monotonic()
        try:
            self._libraries = _libraries()
            self._folder.mkdir(exist_ok=True)
            now = time.time_ns()
            name = f"{now // 10**9}.{socket.gethostname()}.{now % 10**9:09}"
            path = self._folder / f"events.out.tfevents.{name}"
            self._writer = self._libraries.RecordWriter(str(path))
        except Exception as error:  # whatever it is, training needs no TensorBoard
            self._give_up(error)
        self._write(0, file_version="brain.Event:2")
        self._write(step + 1, session_log={"status": "START"})

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Writes numbers by name."""
        for name, value in values.items():
            if self._writer is not None:
                self._write(step, summary=self._libraries.scalar(name, value))

    def picture(self, step: int, picture: np.ndarray) -> None:
        """Writes a picture of samples, uint8 [H, W, 3]."""
        if self._writer is not None:
            image = self._libraries.image("samples", picture, dataformats="HWC")
            self._write(step, summary=image)

    def close(self) -> None:
        """Writes what is left; nothing is written afterwards."""
        if self._writer is None:
            return
        try:
            self._writer.flush()
            self._writer.close()
        except OSError as error:
            self._give_up(error)
        self._writer = None

    def _write(self, step: int, **content: Any) -> None:
        if self._writer is None:
            return
        event = self._libraries.Event(step=step, wall_time=time.time(), **content)
        try:
            self._writer.write(event.SerializeToString())
            if time.monotonic() >= self._due:
                self._writer.flush()
                self._due = time.monotonic() + SECONDS
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        writer, self._writer = self._writer, None
        with contextlib.suppress(OSError):
            if writer is not None:
                writer.close()
        warn(f"no more events for TensorBoard in {self._folder}: {error}")


class _Libraries:
    """Holds what is used of tensorboardX."""

    def __init__(self):
        from tensorboardX.proto import event_pb2
        from tensorboardX.record_writer import RecordWriter
        from tensorboardX.summary import image, scalar

        # Made when it is imported, which no type checker sees.
        self.Event = getattr(event_pb2, "Event")  # noqa: B009
        self.RecordWriter, self.image, self.scalar = RecordWriter, image, scalar


def _libraries() -> _Libraries:
    """Imports tensorboardX without PyTorch, which it would import too, for seconds."""
    modules: dict[str, Any] = sys.modules
    hidden = "torch" not in modules
    if hidden:
        modules["torch"] = None  # importing it now raises ImportError
    try:
        return _Libraries()
    finally:
        if hidden:
            del modules["torch"]
