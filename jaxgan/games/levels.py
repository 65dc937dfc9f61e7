"""Style-based games whose generators make a picture in levels, all of them judged."""

import dataclasses

from jaxgan.core.types import Sample
from jaxgan.games.style import StyleGame


@dataclasses.dataclass(frozen=True)
class LevelGame(StyleGame):
    """A style-based game of fakes that are tuples of levels.

    The discriminator sees all of them, and reals as the data are; `augment.level_noise`
    makes levels of either. Who looks at samples sees the last level, which is finished:
    Hyun et al. 2025 (arXiv 2509.24935). Attributes are those of `StyleGame`.
    """

    def observed(self, sample: Sample) -> Sample:
        """Takes the last level of a fake; a real picture stays."""
        value = sample.value
        return sample._replace(value=value[-1] if isinstance(value, tuple) else value)
