"""Which files are the two sides of pairs, or of two domains, and how they match."""

import pathlib
from typing import NamedTuple

from jaxgan.data.file_name import shown
from jaxgan.data.image_listing import Entry, Listing, image_listing
from jaxgan.data.source import DataError

SPLITS = ("train", "test", "val", "valid", "validation")
"""Names of folders that are splits of a set, wherever nothing else lies beside them."""
NAMED = 6
"""Files that are told by name, at most."""


class Side(NamedTuple):
    """The files of one side.

    Attributes:
      listing: of nothing but these, in the order of their keys.
      keys: their names below the side's folder, without suffix.
      where: names the side's folder, for messages.
    """

    listing: Listing
    keys: list[str]
    where: str

    def of(self, keys: set[str]) -> "Side":
        """Takes the files of some keys."""
        kept = [place for place, key in enumerate(self.keys) if key in keys]
        entries = [self.listing.entries[place] for place in kept]
        listing = self.listing._replace(entries=entries)
        return self._replace(listing=listing, keys=[self.keys[at] for at in kept])

    def title(self, key: str) -> str:
        """Names a file, for messages."""
        return self.listing.title(self.listing.entries[self.keys.index(key)])


def side_of(path: str, name: str, split: str | None) -> Side:
    """Finds the files of a side in a folder or zip.

    With a name, they lie in SPLIT/NAME, NAME/SPLIT or SPLITNAME (`trainA`), or in NAME
    where nothing is split; without, in SPLIT, or anywhere below the path.

    Args:
      path: of a folder or zip.
      name: of the side's folder; '' if the path is the side's.
      split: 'train', 'test', ...; None takes 'train' where folders are splits.

    Raises:
      DataError: if there is no such folder, or there are several, or two files in it
        differ in their suffixes alone.
    """
    side = _found(path, name, split)
    if side is None:
        listing = _listing(path)
        tops = ", ".join(sorted(map(shown, _folders(listing)))[:NAMED]) or "none"
        chosen = "train" if split is None else split
        wanted = [f"{chosen}/{name}", f"{name}/{chosen}", f"{chosen}{name}"]
        wanted = [chosen] if not name else wanted[: 3 if split else None]
        wanted += [name] if name and split is None else []
        raise DataError(
            f"{shown(str(path))}: saw the folders {tops}, wanted {' or '.join(wanted)}"
        )
    return side


def has_sides(path: str, names: tuple[str, str], split: str | None) -> bool:
    """Tells whether a folder or zip has folders of these two sides."""
    return all(_found(path, name, split) is not None for name in names)


def _found(path: str, name: str, split: str | None) -> Side | None:
    listing = _listing(path)
    parts = [(*listing.around, *one.name.split("/")) for one in listing.entries]
    for candidate in _candidates(name, split, parts):
        if not candidate:
            return _side(listing, parts, ())
        tops = _tops(parts, candidate)
        if len(tops) > 1:
            several = ", ".join(shown("/".join(one)) for one in sorted(tops)[:NAMED])
            raise DataError(
                f"{shown(str(path))}: saw several folders, {several}; name a folder "
                "that holds one of them, or a split"
            )
        if tops:
            return _side(listing, parts, tops.pop())
    return None


def _listing(path: str) -> Listing:
    return image_listing(pathlib.Path(path).expanduser())


def _candidates(
    name: str, split: str | None, parts: list[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Lists where the files of a side may lie, the likeliest first."""
    if split is None:
        found = _candidates(name, "train", parts)
        whole = [(name,)] if name else [()]
        return [one for one in found if _is_split(parts, one)] + whole
    if not name:
        return [(split,)] if split else [()]
    return [(split, name), (name, split), (split + name,)] if split else [(name,)]


def _is_split(parts: list[tuple[str, ...]], candidate: tuple[str, ...]) -> bool:
    """Whether a folder is a split: if it is a side's last one, no others are beside."""
    if candidate[-1] != "train":
        return True
    for *above, _ in _tops(parts, candidate):
        depth, top = len(above), tuple(above)
        beside = {x[depth] for x in parts if x[:depth] == top and len(x) > depth + 1}
        if not beside <= set(SPLITS):
            return False
    return True


def _tops(
    parts: list[tuple[str, ...]], candidate: tuple[str, ...]
) -> set[tuple[str, ...]]:
    """Finds the folders that end so, and lie highest."""
    length, found = len(candidate), set()
    for one in parts:
        for end in range(length, len(one)):
            if one[end - length : end] == candidate:
                found.add(one[:end])
                break
    least = min(map(len, found), default=0)
    return {one for one in found if len(one) == least}


def _folders(listing: Listing) -> set[str]:
    names = {"/".join(one.name.split("/")[:-1]) for one in listing.entries}
    around = "/".join(listing.around)
    return {"/".join(filter(None, (around, name))) for name in names} - {""}


def _side(listing: Listing, parts: list[tuple[str, ...]], top: tuple[str, ...]) -> Side:
    found: dict[str, Entry] = {}
    for one, entry in zip(parts, listing.entries):
        if one[: len(top)] != top:
            continue
        name = "/".join(one[len(top) :])
        stem = name[: -len(pathlib.PurePath(name).suffix) or None]
        if stem in found:
            raise DataError(
                f"{listing.title(entry)}: saw {shown(found[stem].name)} beside it, "
                "which has the same name but for its suffix; remove or rename either"
            )
        found[stem] = entry
    keys = sorted(found)
    own = listing._replace(entries=[found[key] for key in keys], table=None)
    where = str(listing.path) + "".join(
        f"{':' if listing.packed and not place else '/'}{part}"
        for place, part in enumerate(top)
    )
    return Side(own, keys, shown(where))


def partners(one: Side, other: Side, skip_bad: bool) -> tuple[set[str], str]:
    """Finds the keys that both sides have.

    Args:
      one: side.
      other: side.
      skip_bad: leave out files without a partner.

    Returns:
      The keys, and what is to be said of those left out, or ''.

    Raises:
      DataError: naming files without a partner, unless they are left out; or if no
        file has one.
    """
    both = set(one.keys) & set(other.keys)
    lonely = [
        (side, key, there)
        for side, there in ((one, other), (other, one))
        for key in side.keys
        if key not in both
    ]
    if not both:
        raise DataError(
            f"{one.where} and {other.where}: saw no file of one that has a namesake in "
            f"the other, such as {shown(one.keys[0])} and {shown(other.keys[0])}"
        )
    if not lonely:
        return both, ""
    lines = [
        f"{side.title(key)}: has no partner {shown(key)}.* in {there.where}"
        for side, key, there in lonely[:NAMED]
    ]
    if len(lonely) > NAMED:
        lines.append(f"and {len(lonely) - NAMED:,} more files without a partner")
    if not skip_bad:
        lines[-1] += "; add or remove it, or leave such files out: --skip-bad"
        raise DataError("\n  ".join(lines))
    lines[-1] += "; left out"
    return both, "\n  ".join(lines)
