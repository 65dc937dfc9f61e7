"""Folders and zips of the user's own files, as they are read for a run."""

import contextlib
import warnings
from collections.abc import Iterator

from jaxgan.run.errors import RunError, warn


@contextlib.contextmanager
def reading(skip_bad: bool | None = None) -> Iterator[None]:
    """While it lasts, data are read; what is said about them is said in plain lines.

    Args:
      skip_bad: leave out files that cannot be used; None: as it is said around this.

    Raises:
      RunError: in place of a DataError.
    """
    from jaxgan.data import DataError, skipping_bad  # they are heavy

    skipping = contextlib.nullcontext() if skip_bad is None else skipping_bad(skip_bad)
    caught: list[warnings.WarningMessage] = []
    try:
        with skipping, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            yield
    except DataError as error:
        raise RunError(str(error)) from error
    finally:
        for one in caught:
            if one.category is UserWarning:
                warn(str(one.message))
            else:
                warnings.showwarning(
                    one.message, one.category, one.filename, one.lineno
                )
