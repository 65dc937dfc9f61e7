"""Output in a notebook: HTML that is shown once and replaced from then on."""

import base64
import html
import io
import sys
from typing import Any

import numpy as np

from jaxgan.run import progress

SECONDS = 0.5
"""Between two updates: what a browser has to draw, people have to see."""


class Output:
    """Shows HTML in the cell that is being run, in place of what it showed before."""

    def __init__(self, display: Any):
        """Shows nothing yet.

        Args:
          display: IPython's module of that name.
        """
        self._display, self._handle = display, None

    def show(self, page: str, text: str) -> None:
        """Shows HTML, or plain text where that is not understood."""
        bundle = {"text/html": page, "text/plain": text}
        if self._handle is None:
            self._handle = self._display.display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


def output() -> Output | None:
    """Opens the output of the notebook that this process serves; None without one."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    # IPython on a terminal has no kernel, and a terminal's bar is better there.
    if getattr(shell, "kernel", None) is None:
        return None
    from IPython import display  # type: ignore[import-not-found]

    return Output(display)


def png(picture: np.ndarray) -> bytes:
    """Writes a picture, uint8 [H, W, 3], as the bytes of a PNG file."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, format="PNG")
    return file.getvalue()


def image(picture: np.ndarray) -> str:
    """Writes a picture, uint8 [H, W, 3], as HTML that holds all of it."""
    data = base64.b64encode(png(picture)).decode()
    return f'<img src="data:image/png;base64,{data}">'


def summary(title: str, step: int, row: dict[str, Any], preview: str) -> str:
    """Writes what a run is as HTML: its title, step and losses, and a picture."""
    about = f"step {step:,} · {progress.losses(row)}"
    return f"<div><b>{html.escape(title)}</b> {about}</div>{preview}"
