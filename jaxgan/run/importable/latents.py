"""Imported runs of latents, which an autoencoder of a file makes pictures of."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

from jaxgan.models import autoencoder
from jaxgan.run.experiment import Experiment
from jaxgan.run.feature_networks import autoencoder_of_file
from jaxgan.run.kinds import images
from jaxgan.run.kinds.channels import of_channels
from jaxgan.run.kinds.kind import Kind

WIDTHS = autoencoder.WIDTHS


def file(text: str) -> str:
    """An absolute path, so that the run is read from anywhere."""
    return str(pathlib.Path(text).expanduser().absolute())


def numbers(text: str) -> tuple[int, ...]:
    """Whole numbers between commas.

    Raises:
      ValueError: if one is none.
    """
    return tuple(int(word) for word in text.split(","))


SETTINGS = {"autoencoder": file, "autoencoder_widths": numbers}


def of_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those of all settings that are meant here, as fields of a config."""
    return {name: settings[name] for name in SETTINGS if name in settings}


def kind_of(channels: int, path: str) -> Kind:
    """What values of so many channels are seen as."""
    return images if path else of_channels(channels)


def decoded(experiment: Experiment, path: str, widths: tuple[int, ...]) -> Experiment:
    """Lets an experiment's values be seen through an autoencoder, if one is named.

    Args:
      experiment: of latents.
      path: of the autoencoder's file; '' for none.
      widths: see `autoencoder_of_file`.

    Raises:
      WeightsError: if there is no such file.
    """
    if not path:
        return experiment
    coder = autoencoder_of_file(path, widths=widths)
    return dataclasses.replace(experiment, frozen=coder.frozen, decoder=coder.decoder)
