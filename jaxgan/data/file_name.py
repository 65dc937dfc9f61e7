"""Names of files, as messages and classes have them."""


def shown(name: str) -> str:
    r"""Writes a name so that any terminal, file and page can hold it.

    What cannot be printed (line ends, escape codes, bytes that are no UTF-8) becomes an
    escape: 'caf\xe9'.
    """
    if name.isprintable():
        return name
    return "".join(map(_shown, name))


def _shown(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # how Python keeps a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return letter if letter.isprintable() else repr(letter)[1:-1]
