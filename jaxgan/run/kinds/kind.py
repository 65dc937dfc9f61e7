"""What `jaxgan.run` asks of a kind of data."""

import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from jaxgan.core.types import Game, Sample, State
from jaxgan.run import pictures
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.drawing import walks
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.kinds.measures.measure import Measure
from jaxgan.run.kinds.route import Route

if TYPE_CHECKING:  # they are heavy
    from jaxgan.data.source import Source
    from jaxgan.evaluation.extractor import Extractor


class Kind(Protocol):
    """A kind of data. A subclass says what is special about it; the rest is here.

    Attributes:
      unit: what examples are called, in the plural: 'images'.
      preview: how many samples the pictures during training show; a square number.
      suffix: of the file of one example.
      walk_suffixes: of the files that a walk can be written to, the usual one first.
      moving: those of files in which any number of examples move together; none of what
        stands still.
      measures: of `jaxgan evaluate`, by name; the first is that which is measured
        during training.
      sections: its part of a report.
      held_out: whether held-out examples are shown and measured where there are some,
        rather than those trained on: where samples are made of examples.
      remedies: what helps where there are few examples, beside more of them.
    """

    unit: str
    preview: int = 64
    held_out: bool = False
    remedies: Sequence[str] = ()
    suffix: str = ".png"
    walk_suffixes: Sequence[str] = (".png", ".gif", ".webp", ".mp4")
    moving: Sequence[str] = ()

    # Properties, so that a kind may import what its measures and sections need late.
    @property
    def measures(self) -> Mapping[str, Measure]:
        """Tells what can be measured: no more than the experiment measures itself."""
        return {}

    @property
    def usual_measures(self) -> Sequence[str]:
        """Names the measures that are taken where none is named."""
        return [name for name, measure in self.measures.items() if measure.usual]

    @property
    def sections(self) -> "Sequence[Section]":
        """Tells what a report shows beside what it shows of all kinds: nothing."""
        return ()

    def routes(self, example: Sample) -> Sequence[Route]:
        """Finds what of examples a generator makes into what: nothing into anything.

        Args:
          example: of the data, [B, ...]. It may be traced.
        """
        del example
        return ()

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws any number of examples, one at least, in a uint8 picture [H, W, 3].

        Raises:
          RunError: if they are of another kind, by their shape.
        """
        ...

    def frames(self, sample: Sample) -> Sequence[np.ndarray]:
        """Draws any number of examples, moving, in pictures: none if they stand still.

        Raises as `picture`.
        """
        del sample
        return ()

    def write(self, path: pathlib.Path, sample: Sample) -> None:
        """Writes a sample of one example to a file with `suffix`: here its picture."""
        pictures.save_png(path, self.picture(sample))

    def play(self, path: pathlib.Path, sample: Sample) -> None:
        """Writes any number of examples to a file with one of `moving`.

        Raises:
          RunError: if examples of this kind stand still.
        """
        del path, sample
        raise RunError(f"{self.unit} stand still")

    def walk(self, path: pathlib.Path, samples: Sample, rate: float) -> None:
        """Writes a way between samples: here pictures, in a row or moving.

        Args:
          path: with one of `walk_suffixes`.
          samples: in the order of the way.
          rate: how many there are per second, if it moves.
        """
        walks.write_frames(path, pictures.singles(samples, self.picture), rate)

    def features(self, source: "Source", protocol: EvaluationProtocol) -> "Extractor":
        """Makes what measures of features look at.

        Args:
          source: what was trained on.
          protocol: of the evaluation.

        Raises:
          RunError: if there are no features of this kind.
        """
        del source, protocol
        raise RunError(f"{self.unit} have no features to be measured by")

    def folder(self, path: pathlib.Path, shape: tuple[int, ...]) -> "Source":
        """Reads the user's own examples, to be compared with samples of a shape.

        Raises:
          RunError: if this kind reads no folders, or they hold other shapes.
        """
        del path, shape
        raise RunError(f"--real: no folders of {self.unit} are read")


class Subject(Protocol):
    """A stored run, as a section of its report looks at it.

    Attributes:
      kind: of its data.
      game: the wiring.
      step: of the newest checkpoint.
      steps: of all checkpoints.
      memory: what sections keep from one refresh of a live page to the next.
    """

    @property
    def kind(self) -> Kind:
        """The kind of its data."""
        ...

    @property
    def game(self) -> Game:
        """The wiring."""
        ...

    @property
    def step(self) -> int:
        """The step of the newest checkpoint."""
        ...

    @property
    def steps(self) -> Sequence[int]:
        """The steps of all checkpoints."""
        ...

    @property
    def memory(self) -> dict[str, Any]:
        """What sections keep."""
        ...

    def state(self, step: int | None = None) -> State:
        """Reads a checkpoint, by default the newest.

        Raises:
          RunError: if it is not there any more.
        """
        ...

    def samples(self, num: int, step: int | None = None) -> Sample:
        """Generates the first samples of seed 0. Raises as `state`."""
        ...

    def examples(self, num: int) -> Sample:
        """Reads the first real examples, as the discriminator is shown them."""
        ...

    def walk(self, start: int, end: int, frames: int) -> Sample:
        """Walks from one sample of seed 0 to another: `frames` + 1 samples.

        Raises:
          RunError: if the game has no latent to walk through.
        """
        ...


class Section(NamedTuple):
    """A section of a report.

    Attributes:
      name: of its element in the page.
      title: its heading.
      draw: f(subject) -> what it shows. By the plain template: charts and pictures, in
        any order; nothing leaves the section out.
      link: its name in the navigation; by default the title.
      about: a sentence or two below.
      leading: whether it comes before the pictures that training has drawn.
      template: that lays out what it shows, of the folder `report/templates`.
    """

    name: str
    title: str
    draw: Callable[[Any], Any]
    link: str = ""
    about: str = ""
    leading: bool = False
    template: str = "plain.html"
