"""`jaxgan compare`: measures a folder of images against another."""

import dataclasses
import pathlib
from typing import Annotated

from tyro.conf import Positional

from jaxgan.run.bounds import Count
from jaxgan.run.command_line import Flag, option
from jaxgan.run.commands.evaluate import show
from jaxgan.run.commands.shared_options import MeasureOptions
from jaxgan.run.errors import RunError


@dataclasses.dataclass(frozen=True)
class CompareCommand:
    """Measure a folder of images against another."""

    real: Annotated[Positional[pathlib.Path], option("REAL")]
    """A folder or zip of real images."""
    fake: Annotated[Positional[pathlib.Path], option("FAKE")]
    """A folder or zip of generated ones."""
    size: Count = 64
    """Pixels per side to which both are resized."""
    skip_bad: Flag = False
    """Leave out files that are no images, or damaged; they are named."""
    json: Flag = False
    """Print lines of JSON."""
    measure: MeasureOptions = dataclasses.field(default_factory=MeasureOptions)

    def execute(self) -> None:
        """Prints what it measures.

        Raises:
          RunError: if there is nothing to measure, or a measure does not fit.
        """
        from jaxgan.run.devices import xla
        from jaxgan.run.evaluation.judge import Judge, some
        from jaxgan.run.evaluation.real_data import RealData, by_content
        from jaxgan.run.files import user_files
        from jaxgan.run.kinds import images
        from jaxgan.weights import WeightsError

        protocol = self.measure.protocol(images)
        xla.set_up_xla()
        try:
            with user_files.reading(self.skip_bad):
                shape = (self.size, self.size, 3)
                real, fake = (
                    by_content(images.folder(path, shape))
                    for path in (self.real, self.fake)
                )
            whole = "all of the first folder"
            judge = Judge(RealData(images, real, real, None, whole), protocol)
            indices = some(fake.size, min(protocol.num, fake.size), protocol.seed)
            measurement = judge(fake.examples(indices))
        except WeightsError as error:
            raise RunError(str(error)) from error
        card = {"real": str(self.real), "generated": str(self.fake)}
        card["resized to"] = f"{self.size} pixels"
        measurement = measurement._replace(card={**card, **measurement.card})
        show(measurement, None, None, self.json)
