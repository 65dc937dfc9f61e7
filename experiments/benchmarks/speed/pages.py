"""How quick the pages of `jaxgan explore` and `jaxgan lesson` are, in a browser.

    jaxgan explore runs/digits --out digits && jaxgan lesson --out lesson
    python experiments/benchmarks/speed/pages.py digits lesson

Each is opened in headless Chromium, and takes the time itself: until its first paint;
of an explorer the milliseconds from a move of its first slider until the picture is
painted (of the first direction, or where there is none of the first number of the
latent), of the lesson the rounds per second of its live game. On a machine that has
nothing else to do a first paint should take less than 3 s, a move at 32 pixels less
than 50 ms, and 30 rounds less than a second.
"""

import dataclasses
import os
import pathlib
import shutil
import statistics
import tempfile
from typing import Annotated, Any

import browser_latency
import tyro
from rounds import head, row
from tyro.conf import Positional

SCRIPT = """
(async () => {
  const until = async ready => {
    while (!ready()) await new Promise(done => setTimeout(done, 20));
  };
  const moved = async () => {
    const { choice, controls } = explorer, found = [];
    await until(() => explorer.ready);
    for (let move = 0; move <= MOVES; move++) {
      const amount = (move % 9) / 4 - 1;
      if (choice.amounts.length) choice.amounts[0] = amount;
      else choice.edits[0] = amount;
      controls.update();
      await controls.settled();
      if (move) found.push(controls.took());
    }
    return found;
  };
  const played = async () => {
    await until(() => lesson.live);
    await lesson.live.load();
    const game = lesson.live.game();
    await game.round();
    const began = performance.now();
    for (let round = 0; round < MOVES; round++) await game.round();
    return (1000 * MOVES) / (performance.now() - began);
  };
  const answer = window.explorer
    ? { name: explorer.card.run, moves: await moved() }
    : { name: "lesson", rounds: await played() };
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return { ...answer, paint: paint?.startTime ?? null };
})().catch(error => ({ error: String(error) })).then(
  answer => fetch("found", { method: "POST", body: JSON.stringify(answer) }));
"""


@dataclasses.dataclass(frozen=True)
class Options:
    """What is timed, and how often."""

    folders: Annotated[tuple[pathlib.Path, ...], Positional]
    """That `jaxgan explore` or `jaxgan lesson` wrote."""
    moves: int = 50
    """Of the slider, or rounds of the game."""

    def __post_init__(self):
        """Checks what is there."""
        if self.moves < 2:
            raise SystemExit(f"--moves: saw {self.moves}, wanted at least 2")
        for folder in self.folders:
            if not (folder / "index.html").is_file():
                raise SystemExit(f"{folder}: saw no index.html, wanted a page")


def measure(browser: str, folder: pathlib.Path, moves: int) -> dict[str, Any]:
    """What the page found: see `SCRIPT`.

    Raises:
      SystemExit: if the page fails, or does not answer.
    """
    with tempfile.TemporaryDirectory() as place:
        copied = pathlib.Path(place) / "page"
        shutil.copytree(folder, copied)
        (copied / "timed.js").write_text(SCRIPT.replace("MOVES", str(moves)))
        index = copied / "index.html"
        script = '<script src="timed.js" defer></script>\n</body>'
        index.write_text(index.read_text().replace("</body>", script))
        answer = browser_latency.answered(browser, copied)
    if "name" not in answer:
        raise SystemExit(f"{folder} says: {answer.get('error', 'nothing')}")
    return answer


def line(answer: dict[str, Any]) -> str:
    """A row: first paint, the median of the moves, what nine of ten stay below."""
    cells = [answer["name"], "-", "-", "-", "-"]
    if answer["paint"] is not None:
        cells[1] = f"{answer['paint']:.0f}"
    if "moves" in answer:
        found = sorted(answer["moves"])
        cells[2] = f"{statistics.median(found):.1f}"
        cells[3] = f"{found[-1 - len(found) // 10]:.1f}"
    else:
        cells[4] = f"{answer['rounds']:.0f}"
    return row(cells)


def main(options: Options) -> None:
    """Prints the table."""
    browser = browser_latency.chromium()
    if browser is None:
        raise SystemExit("there is no Chromium")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    columns = [
        "first paint, ms",
        "a move, ms",
        "nine of ten below",
        "rounds per second",
    ]
    print(head(["page", *columns]))
    for folder in options.folders:
        print(line(measure(browser, folder, options.moves)), flush=True)


if __name__ == "__main__":
    main(tyro.cli(Options))
