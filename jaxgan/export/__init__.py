"""Programs of JAX as ONNX graphs, which run without JAX, Python or a training set."""

from jaxgan.export.model import OnnxModel, to_onnx
from jaxgan.export.refused import Refused

__all__ = ["OnnxModel", "Refused", "to_onnx"]
