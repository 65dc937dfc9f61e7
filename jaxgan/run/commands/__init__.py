"""The commands: one file each, a frozen dataclass that is parsed and then executed.

Whatever takes long to import, JAX above all, is imported when a command is executed.
"""

from jaxgan.run.command_line import Command
from jaxgan.run.commands.apply import ApplyCommand
from jaxgan.run.commands.compare import CompareCommand
from jaxgan.run.commands.completion import CompletionCommand
from jaxgan.run.commands.diagnose import DiagnoseCommand
from jaxgan.run.commands.directions import DirectionsCommand
from jaxgan.run.commands.edit import EditCommand
from jaxgan.run.commands.evaluate import EvaluateCommand
from jaxgan.run.commands.explore import ExploreCommand
from jaxgan.run.commands.export import ExportCommand
from jaxgan.run.commands.fingerprint_state import FingerprintCommand
from jaxgan.run.commands.forecast import ForecastCommand
from jaxgan.run.commands.import_weights import ImportCommand
from jaxgan.run.commands.interpolate import InterpolateCommand
from jaxgan.run.commands.lesson import LessonCommand
from jaxgan.run.commands.listing import ListCommand
from jaxgan.run.commands.mix import MixCommand
from jaxgan.run.commands.project import ProjectCommand
from jaxgan.run.commands.report import ReportCommand
from jaxgan.run.commands.sample import SampleCommand
from jaxgan.run.commands.trace import TraceCommand
from jaxgan.run.commands.train import TrainCommand

COMMANDS: dict[str, type[Command]] = {
    "train": TrainCommand,
    "import": ImportCommand,
    "sample": SampleCommand,
    "apply": ApplyCommand,
    "interpolate": InterpolateCommand,
    "mix": MixCommand,
    "project": ProjectCommand,
    "directions": DirectionsCommand,
    "edit": EditCommand,
    "evaluate": EvaluateCommand,
    "compare": CompareCommand,
    "export": ExportCommand,
    "explore": ExploreCommand,
    "trace": TraceCommand,
    "report": ReportCommand,
    "fingerprint": FingerprintCommand,
    "diagnose": DiagnoseCommand,
    "forecast": ForecastCommand,
    "lesson": LessonCommand,
    "list": ListCommand,
    "completion": CompletionCommand,
}
"""By name, in the order of the help."""
