"""How many examples a pass takes, where few are wanted."""


def chunk_size(batch_size: int, most: int) -> int:
    """Counts examples per pass: a batch's, halved while more than are wanted."""
    while batch_size > most and batch_size % 2 == 0:
        batch_size //= 2
    return batch_size
