"""Errors that are told in a few plain lines, without a traceback.

Experiments of stored runs import this module, so its path stays.
"""

import difflib
import sys

UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
"""Stands for what is not shown."""


class RunError(Exception):
    """Something the user can understand and mend.

    Attributes:
      hint: what to do about it, or ''.
      code: the exit status: 2 for a request that cannot be met, 1 for a failed run.
    """

    def __init__(self, message: str, hint: str = "", code: int = 2):
        super().__init__(message)
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        message = f"error: {self.args[0]}"
        return plain(f"{message}\nhint: {self.hint}" if self.hint else message)


def plain(text: str) -> str:
    """Replaces what a terminal would obey: names in files may hold anything."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else UNPRINTABLE
        for letter in text
    )


def suggestion(word: str, known: list[str]) -> str:
    """Writes a question naming the nearest known word, else the list of them."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"there are: {', '.join(known)}" if known else "there are none"


def warn(message: str) -> None:
    """Tells the user something that does not stop the run."""
    print(plain(f"warning: {message}"), file=sys.stderr, flush=True)
