"""The page: its sections gathered from a run, and rendered."""

import functools
import pathlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import jinja2

from jaxgan.run import charts
from jaxgan.run.errors import RunError
from jaxgan.run.files import atomic_file, checkpoints, metrics_log, provenance
from jaxgan.run.kinds import Section
from jaxgan.run.report import run_facts, samples, sections
from jaxgan.run.report.run_facts import RunFacts
from jaxgan.run.report.subject import StoredSubject

HERE = pathlib.Path(__file__).parent
T = TypeVar("T")


class Block(NamedTuple):
    """A section, and what it shows of a run."""

    section: Section
    content: Any


class FromCheckpoint(NamedTuple):
    """What only a checkpoint can show.

    Attributes:
      blocks: of the kind of data, and of any kind.
      why: sentences about what could not be drawn.
      unit: what examples are called, if the run could be loaded.
    """

    blocks: Sequence[Block]
    why: Sequence[str]
    unit: str | None = None


class Contents(NamedTuple):
    """All that the page shows, in its order."""

    facts: RunFacts
    blocks: Sequence[Block]
    why: Sequence[str] = ()


MISSING = Section("missing", "What could not be made", list, template="missing.html")


def contents(run: pathlib.Path) -> Contents:
    """Gathers everything; what is not there yet is left out.

    Raises:
      RunError: if the folder holds no run.
    """
    rows = metrics_log.read_rows(run / metrics_log.METRICS)
    drawing = from_checkpoint(run, tuple(checkpoints.steps(run)))
    facts = run_facts.read(run, rows, drawing.unit or "images")
    reported = sections.ReportedRun(run, rows, facts)
    why = [Block(MISSING, drawing.why)] if drawing.why else []
    blocks = [
        *_blocks(sections.FIRST, reported),
        *(block for block in drawing.blocks if block.section.leading),
        *_blocks(sections.TRAINING, reported),
        *(block for block in drawing.blocks if not block.section.leading),
        *why,
        *_blocks(sections.LAST, reported),
    ]
    return Contents(facts, blocks, drawing.why)


def _blocks(parts: Sequence[Section], reported: sections.ReportedRun) -> list[Block]:
    drawn = [Block(section, section.draw(reported)) for section in parts]
    return [block for block in drawn if block.content]


@functools.lru_cache(maxsize=1)
def from_checkpoint(run: pathlib.Path, steps: tuple[int, ...]) -> FromCheckpoint:
    """Draws everything that is drawn with the newest checkpoint of these.

    An experiment's own code runs here, on whatever data are there now: anything it
    raises costs its part of the page and no more.
    """
    if not steps:
        return FromCheckpoint([], ["There is no checkpoint yet."])
    why: list[str] = []
    subject = _attempt(
        "The run could not be loaded", why, lambda: StoredSubject(run, steps)
    )
    if subject is None:
        return FromCheckpoint([], why)
    special = _attempt("Sections", why, lambda: subject.kind.sections) or ()
    parts = [samples.PAIR, *special]
    drawn = [
        Block(part, _attempt(part.title, why, functools.partial(part.draw, subject)))
        for part in parts
    ]
    shown = [block for block in drawn if block.content]
    return FromCheckpoint(shown, why, subject.kind.unit)


def _attempt(what: str, why: list[str], make: Callable[[], T]) -> T | None:
    try:
        return make()
    except Exception as error:
        name = "" if isinstance(error, RunError) else f"{type(error).__name__}: "
        lines = str(error.args[0] if error.args else "").strip().splitlines() or [""]
        why.append(f"{what}: {name}{lines[0]}")
        return None


@functools.cache
def _templates() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(HERE / "templates")
    return jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def body(gathered: Contents) -> str:
    """Renders the page's sections as HTML: what `--live` refreshes."""
    several = len(gathered.facts.seeds) > 1
    shown = {"facts": gathered.facts, "blocks": gathered.blocks, "several": several}
    return _templates().get_template("body.html").render(shown)


def packet(gathered: Contents) -> bytes:
    """Says of which run and checkpoint a page is, and that pictures are synthetic."""
    facts = gathered.facts
    saved = facts.fingerprint if facts.saved is not None else ""
    made = provenance.Provenance(
        *("report", {}, pathlib.Path(facts.folder).resolve().name, facts.name),
        step=facts.saved or 0,
        fingerprint=saved,
    )
    return provenance.packet(made, composite=True)


def page(gathered: Contents, refresh: float = 0.0, packet: bytes = b"") -> str:
    """Renders the whole page, style, scripts and pictures in it.

    Args:
      gathered: what it shows.
      refresh: seconds after which it asks its server for news; 0 for a file.
      packet: of XMP, that says how it was made.
    """
    parts: dict[str, Any] = {
        "title": f"{gathered.facts.name}: {gathered.facts.folder}",
        "body": body(gathered),
        "style": (HERE / "templates" / "report.css").read_text(),
        "script": (HERE / "templates" / "report.js").read_text(),
        "plotly": charts.library(),
        "templates": charts.templates(),
        "refresh": refresh,
        "packet": packet.decode(),
    }
    text = _templates().get_template("page.html").render(**parts)
    # Names of files that no encoding has are halves of characters here.
    return text.encode(errors="replace").decode()


def write(path: pathlib.Path, gathered: Contents, marked: bool = True) -> None:
    """Writes the page to a file, which appears whole or not at all.

    Args:
      path: of the file.
      gathered: what it shows.
      marked: say in it that its pictures are synthetic, and of which run.
    """
    text = page(gathered, packet=packet(gathered) if marked else b"")
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_file.write_text(path, text)
