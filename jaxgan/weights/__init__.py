"""Published weights as arrays by name, read without running any code of theirs."""

from jaxgan.weights.array_file import read_arrays
from jaxgan.weights.errors import WeightsError
from jaxgan.weights.network_pickle import read_network_pickle

__all__ = ["WeightsError", "read_arrays", "read_network_pickle"]
