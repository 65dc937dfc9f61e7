"""The error of files that hold no weights, or hold them damaged."""


class WeightsError(ValueError):
    """A file of weights cannot be read as it is; the message names it and the fix."""
