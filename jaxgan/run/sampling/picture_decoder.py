"""The decoder of an experiment, through which its values are seen."""

import functools
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from jaxgan.core.types import Sample, Tree
from jaxgan.run.devices import frozen_networks
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import frozen_record

AT_ONCE = 8
"""Examples that are decoded at a time, at most: they become much larger."""


class PictureDecoder:
    """Makes what is looked at of values; where there is no decoder, they are it."""

    def __init__(self, experiment: Experiment, frozen: Tree = ()):
        """Prepares; nothing is read.

        Args:
          experiment: whose decoder it is.
          frozen: its frozen networks by name, on this process's devices, if they have
            been read; else that one is read when it is needed.
        """
        self._experiment, self._given = experiment, frozen
        self._decoder = experiment.decoder
        if self._decoder is not None:
            self._decode = jax.jit(self._decoder.decode)

    def __bool__(self) -> bool:
        """Tells whether there is anything to decode."""
        return self._decoder is not None

    def __call__(self, sample: Sample) -> Sample:
        """Decodes the values of a sample; numpy arrays.

        Raises:
          RunError: if the network cannot be read, or is another than was trained with.
        """
        if not self:
            return sample
        return sample._replace(value=self._decoded(np.asarray(sample.value)))

    def shapes(self, sample: Sample) -> Sample:
        """Finds the shapes of what becomes of a sample of shapes; nothing is read."""
        if self._decoder is None:
            return sample
        network = self._experiment.frozen[self._decoder.network]
        known = frozen_networks.shapes({self._decoder.network: network})
        variables = known[self._decoder.network]
        value = jax.eval_shape(self._decoder.decode, variables, sample.value)
        return sample._replace(value=value)

    def traced(self) -> Any:
        """Finds f(values) -> what is looked at, which may be traced: for exports.

        Raises as a call.
        """
        if self._decoder is None:
            return lambda values: values
        return functools.partial(self._decoder.decode, self._variables)

    def _decoded(self, values: np.ndarray) -> np.ndarray:
        size = min(AT_ONCE, len(values))
        parts = []
        for start in range(0, len(values), size):
            # The last call is filled up, so that there is one shape to compile.
            places = np.resize(np.arange(start, len(values)), size)
            part = np.asarray(self._decode(self._variables, values[places]))
            parts.append(part[: len(values) - start])
        return np.concatenate(parts)

    @functools.cached_property
    def _variables(self) -> Tree:
        assert self._decoder is not None
        name = self._decoder.network
        if isinstance(self._given, Mapping) and name in self._given:
            return self._given[name]
        network = {name: self._experiment.frozen[name]}
        single = jax.sharding.SingleDeviceSharding(jax.local_devices()[0])
        variables = frozen_networks.load(network, single)
        frozen_record.record_of(network, variables)  # which compares the fingerprint
        return variables[name]
