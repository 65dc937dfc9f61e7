"""What goes wrong in a run: signals of its health, and what they say. Pure."""

from jaxgan.diagnosis.diagnose import Diagnosis, diagnose
from jaxgan.diagnosis.history import Finding, History

__all__ = ["Diagnosis", "Finding", "History", "diagnose"]
