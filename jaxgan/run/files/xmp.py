"""XMP packets in files of several formats: put in, and found again.

XMP (ISO 16684-1) is the metadata that other software reads too. A packet is plain text
in every format, made to be found by scanning, so that reading needs no parsers. What is
in a file otherwise stays, byte for byte.
"""

import html
import io
import os
import pathlib
import re
import struct
import zipfile
import zlib

import numpy as np

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""IPTC's vocabulary of where pictures come from."""
FIELD = "provenance"
"""Of an NPZ file, which takes no packet."""

_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    '  <rdf:Description rdf:about=""\n'
    '    xmlns:xmp="http://ns.adobe.com/xap/1.0/"\n'
    '    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"\n'
    '    xmlns:jaxgan="urn:jaxgan:provenance:">\n'
    "   <xmp:CreatorTool>{tool}</xmp:CreatorTool>\n"
    "   <Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>\n"
    "   <jaxgan:record>{record}</jaxgan:record>\n"
    "  </rdf:Description>\n"
    " </rdf:RDF>\n"
    "</x:xmpmeta>\n"
    '<?xpacket end="w"?>'
)
_RECORD = re.compile(rb"<jaxgan:record>(.*?)</jaxgan:record>", re.DOTALL)
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER = len(_PNG) + 25
_JPEG_NAME = b"http://ns.adobe.com/xap/1.0/\0"
_TIFF_TAG = 700
_MP4_BOX = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
_GIF_TRAILER = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
"""Ends a packet in a GIF, which has no blocks of more than 255 bytes: wherever a reader
jumps into the text as if it were blocks, it comes out behind these."""


def packet(record: str, source: str, tool: str) -> bytes:
    """Makes a packet.

    Args:
      record: any text, for ourselves.
      source: a word of `SOURCE_TYPES`.
      tool: the program that made the file.
    """
    text = _PACKET.format(
        tool=html.escape(tool),
        source=SOURCE_TYPES + source,
        record=html.escape(record, quote=False),
    )
    return text.encode()


def embed(path: pathlib.Path, content: bytes) -> None:
    """Puts a packet into a file that has none; it changes whole or not at all.

    PNG, GIF, JPEG, WebP, TIFF and MP4 hold it themselves, NPZ as a field that holds the
    record alone. Beside others there is a file of it, NAME.SUFFIX.xmp.

    Raises:
      ValueError: if the file is not of the format that its suffix says.
    """
    put = _FORMATS.get(path.suffix.lower())
    if put is None:
        _write(path.with_name(f"{path.name}.xmp"), content)
    else:
        _write(path, put(path.read_bytes(), content))


def record_in(path: pathlib.Path) -> str | None:
    """Finds the record of a packet in a file, or beside it; None if there is none."""
    if path.suffix.lower() == ".npz":
        with zipfile.ZipFile(path) as archive:
            if f"{FIELD}.npy" not in archive.namelist():
                return None
            with archive.open(f"{FIELD}.npy") as field:
                return str(np.lib.format.read_array(field, allow_pickle=False))
    beside = path.with_name(f"{path.name}.xmp")
    for file in (path, beside):
        found = _RECORD.search(file.read_bytes()) if file.is_file() else None
        if found:
            return html.unescape(found[1].decode())
    return None


def without_packet(path: pathlib.Path) -> bytes:
    """Reads the bytes of a file but for a packet at its end, as an MP4 has it."""
    content = path.read_bytes()
    start = content.rfind(b"uuid" + _MP4_BOX)
    return content if start < 0 else content[: start - 4]


def _write(path: pathlib.Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    unfinished.unlink(missing_ok=True)
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _check(file: bytes, start: bytes, format: str) -> None:
    if not file.startswith(start):
        raise ValueError(f"file: saw {file[:8]!r}, wanted {format}")


def _in_png(file: bytes, content: bytes) -> bytes:
    """As an iTXt chunk behind the header (PNG specification, 11.3.4.5)."""
    _check(file, _PNG, "PNG")
    data = b"XML:com.adobe.xmp\0\0\0\0\0" + content
    checksum = struct.pack(">I", zlib.crc32(b"iTXt" + data))
    chunk = struct.pack(">I", len(data)) + b"iTXt" + data + checksum
    return file[:_PNG_HEADER] + chunk + file[_PNG_HEADER:]


def _in_gif(file: bytes, content: bytes) -> bytes:
    """As an application extension before the end; these are of version 89a."""
    _check(file, b"GIF8", "GIF")
    end = file.rindex(b";")
    extension = b"\x21\xff\x0bXMP DataXMP" + content + _GIF_TRAILER
    return b"GIF89a" + file[6:end] + extension + file[end:]


def _in_jpeg(file: bytes, content: bytes) -> bytes:
    """As a segment APP1, behind that of JFIF, which comes first."""
    _check(file, b"\xff\xd8", "JPEG")
    place = 2
    if file[2:4] == b"\xff\xe0":
        place += 2 + int.from_bytes(file[4:6], "big")
    data = _JPEG_NAME + content
    segment = b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data
    return file[:place] + segment + file[place:]


def _in_webp(file: bytes, content: bytes) -> bytes:
    """As the last chunk of RIFF, of which the extended header tells."""
    _check(file, b"RIFF", "WebP")
    chunks = file[12:]
    if chunks[:4] != b"VP8X":
        chunks = _extended_header(file) + chunks
    flags = chunks[8] | 0x04
    body = b"WEBP" + chunks[:8] + bytes([flags]) + chunks[9:] + _chunk(b"XMP ", content)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _extended_header(file: bytes) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(file), formats=("WEBP",)) as image:
        (width, height), clear = image.size, image.has_transparency_data
    sides = [(side - 1).to_bytes(3, "little") for side in (width, height)]
    return _chunk(b"VP8X", bytes([0x10 * clear, 0, 0, 0]) + b"".join(sides))


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _in_tiff(file: bytes, content: bytes) -> bytes:
    """As a tag of the first directory, which is written anew at the end."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(file[:4])
    if order is None:
        _check(file, b"II*\0", "TIFF")
        raise AssertionError("unreachable")
    (place,) = struct.unpack_from(f"{order}I", file, 4)
    (count,) = struct.unpack_from(f"{order}H", file, place)
    entries = [file[place + 2 + 12 * k :][:12] for k in range(count)]
    rest = file[place + 2 + 12 * count :][:4]
    file += b"\0" * (len(file) % 2)
    entry = struct.pack(f"{order}HHII", _TIFF_TAG, 1, len(content), len(file))
    entries.append(entry)
    entries.sort(key=lambda one: struct.unpack_from(f"{order}H", one))
    file += content + b"\0" * (len(content) % 2)
    start = struct.pack(f"{order}I", len(file))
    directory = struct.pack(f"{order}H", count + 1) + b"".join(entries) + rest
    return file[:4] + start + file[8:] + directory


def _in_mp4(file: bytes, content: bytes) -> bytes:
    """As a box of its own at the end (XMP specification, part 3)."""
    if file[4:8] != b"ftyp":
        raise ValueError(f"file: saw {file[:8]!r}, wanted MP4")
    return file + struct.pack(">I", 24 + len(content)) + b"uuid" + _MP4_BOX + content


def _in_npz(file: bytes, content: bytes) -> bytes:
    found = _RECORD.search(content)
    assert found is not None
    field, whole = io.BytesIO(), io.BytesIO(file)
    np.save(field, np.array(html.unescape(found[1].decode())), allow_pickle=False)
    with zipfile.ZipFile(whole, "a") as archive:
        archive.writestr(zipfile.ZipInfo(f"{FIELD}.npy"), field.getvalue())
    return whole.getvalue()


_FORMATS = {
    ".png": _in_png,
    ".gif": _in_gif,
    ".jpg": _in_jpeg,
    ".jpeg": _in_jpeg,
    ".webp": _in_webp,
    ".tif": _in_tiff,
    ".tiff": _in_tiff,
    ".mp4": _in_mp4,
    ".npz": _in_npz,
}
