import hashlib
import io
import os
import resource
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

from jaxgan import data
from jaxgan.data import download
from jaxgan.data.download import downloaded

CONTENTS = b"weights" * 1000
DIGEST = hashlib.sha256(CONTENTS).hexdigest()


@pytest.fixture
def url(server):
    server.files["a/weights.pth"] = CONTENTS
    return server.url + "a/weights.pth"


@pytest.fixture
def part(own_cache):
    """The file that an unfinished download is kept in."""
    own_cache.mkdir()
    return own_cache / ".weights.pth.part"


def offline(*arguments, **options):
    raise urllib.error.URLError("Name or service not known")


@pytest.mark.parametrize("digest", [DIGEST, DIGEST[:8]])
def test_downloaded_once(url, server, own_cache, monkeypatch, digest):
    path = downloaded(url, digest)
    assert path == own_cache / "weights.pth"
    assert path.read_bytes() == CONTENTS
    monkeypatch.setattr(urllib.request, "urlopen", offline)
    assert downloaded(url, digest) == path
    assert os.listdir(own_cache) == ["weights.pth"]
    assert server.asked == [("a/weights.pth", None)]


def test_damaged_is_downloaded_again(url, tmp_path, monkeypatch):
    path = downloaded(url, DIGEST, tmp_path / "cache")
    path.write_bytes(CONTENTS[:-1])
    with monkeypatch.context() as patch:
        patch.setattr(urllib.request, "urlopen", offline)
        with pytest.raises(
            data.DataError, match=r"in place of the file there, which is another$"
        ):
            downloaded(url, DIGEST, tmp_path / "cache")
    assert downloaded(url, DIGEST, tmp_path / "cache").read_bytes() == CONTENTS


def test_something_else_is_not_kept(url, own_cache):
    with pytest.raises(data.DataError, match=f"{DIGEST}, wanted 0000.*not the pub"):
        downloaded(url, "0000")
    assert not os.listdir(own_cache)


def test_offline(own_cache, monkeypatch):
    monkeypatch.setattr(urllib.request, "urlopen", offline)
    urls = ["https://example.org/a/weights.pth", "https://example.com/weights.pth"]
    told = (
        rf"^weights.pth: could not be downloaded from {urls[0]} \(Name or service not "
        rf"known\), nor from {urls[1]} \(Name or service not known\); where there is a "
        rf"network, download {urls[0]} and put it at {own_cache}/weights.pth$"
    )
    with pytest.raises(data.DataError, match=told):
        downloaded(urls, DIGEST)
    assert not os.listdir(own_cache)


def test_nobody_listens(own_cache):
    with pytest.raises(data.DataError, match=r"from http://127.0.0.1:1/x \(.*refused"):
        downloaded("http://127.0.0.1:1/x", DIGEST)


def test_addresses_are_tried_in_order(url, server, own_cache):
    missing = server.url + "missing/weights.pth"
    with pytest.raises(data.DataError, match=rf"{missing} \(HTTP 404 Not Found\)"):
        downloaded([missing], DIGEST)
    server.files["wrong/weights.pth"] = CONTENTS[::-1]
    wrong = server.url + "wrong/weights.pth"
    assert downloaded([missing, wrong, url], DIGEST).read_bytes() == CONTENTS
    assert [name.split("/")[0] for name, _ in server.asked[1:]] == [
        *("missing", "wrong", "a")
    ]


def test_a_broken_transfer_goes_on(url, server, own_cache, part):
    server.cut = 3000
    with pytest.raises(data.DataError, match="ended after 3000 of 7000 bytes"):
        downloaded(url, DIGEST, size=7000)
    assert os.listdir(own_cache) == [part.name]
    # At the second address already.
    assert downloaded([url, url], DIGEST, size=7000).read_bytes() == CONTENTS
    assert [wanted for _, wanted in server.asked] == [
        *(None, "bytes=3000-", "bytes=6000-")
    ]
    assert os.listdir(own_cache) == ["weights.pth"]


def test_without_ranges_it_begins_again(url, server, part):
    part.write_bytes(CONTENTS[:100])
    server.ranges = False
    assert downloaded(url, DIGEST).read_bytes() == CONTENTS
    assert len(server.asked) == 1


@pytest.mark.parametrize("left", [b"other", CONTENTS[:-1] + b"!", CONTENTS + b"!"])
@pytest.mark.parametrize("size", [None, len(CONTENTS)])
def test_what_was_left_is_of_another_file(url, part, left, size):
    part.write_bytes(left)
    assert downloaded(url, DIGEST, size=size).read_bytes() == CONTENTS


@pytest.mark.parametrize("size", [None, len(CONTENTS)])
def test_all_was_there_but_its_name(url, part, size, own_cache):
    part.write_bytes(CONTENTS)
    assert downloaded(url, DIGEST, size=size).read_bytes() == CONTENTS
    assert os.listdir(own_cache) == ["weights.pth"]


def test_another_size_is_not_fetched(url, server, own_cache, monkeypatch):
    with pytest.raises(data.DataError, match="saw 7000 bytes, wanted 6999"):
        downloaded(url, DIGEST, size=6999)
    server.lengths = False
    with pytest.raises(data.DataError, match="saw more than 6999 bytes"):
        downloaded(url, DIGEST, size=6999)
    monkeypatch.setattr(download, "LIMIT", 100)
    with pytest.raises(data.DataError, match="saw more than 100 bytes"):
        downloaded(url, DIGEST)
    server.lengths = True
    with pytest.raises(data.DataError, match="saw 7000 bytes, wanted at most 100"):
        downloaded(url, DIGEST)
    server.lengths = False
    assert not os.listdir(own_cache)
    with pytest.raises(data.DataError, match="ended after 7000 of 7001 bytes"):
        downloaded(url, DIGEST, size=7001)


def interrupt(*arguments, **options):
    raise KeyboardInterrupt


@pytest.mark.parametrize("locks", [True, False])
def test_an_interrupted_download_is_never_seen(
    url, own_cache, part, monkeypatch, locks
):
    if not locks:
        monkeypatch.setattr(download, "fcntl", None)
    with monkeypatch.context() as patch:
        patch.setattr(urllib.request, "urlopen", interrupt)
        with pytest.raises(KeyboardInterrupt):
            downloaded(url, DIGEST)
    assert not os.listdir(own_cache)
    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", interrupt)
        with pytest.raises(KeyboardInterrupt):
            downloaded(url, DIGEST)
    assert os.listdir(own_cache) == [part.name] * locks
    assert downloaded(url, DIGEST).read_bytes() == CONTENTS
    assert os.listdir(own_cache) == ["weights.pth"]


@pytest.mark.parametrize("locks", [True, False])
def test_two_at_once(url, server, own_cache, monkeypatch, locks):
    if not locks:
        monkeypatch.setattr(download, "fcntl", None)
    server.gate.clear()
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(downloaded(url, DIGEST)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + (0.2 if locks else 10)
    while len(server.asked) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    server.gate.set()
    for thread in threads:
        thread.join()
    assert [path.read_bytes() for path in found] == [CONTENTS] * 2
    assert len(server.asked) == (1 if locks else 2)
    assert os.listdir(own_cache) == ["weights.pth"]


def test_unwritable(url, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(data.DataError, match=r"cannot be written.*JAXGAN_CACHE"):
        downloaded(url, DIGEST, tmp_path / "file" / "x")


def test_full_disk(url, server, own_cache):
    """As on a full disk, a part of a block is written, then none."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(data.DataError, match=f"^{own_cache}: cannot be written"):
            downloaded([url, url], DIGEST)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(server.asked) == 1
    assert not os.listdir(own_cache)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_on_terminals_only(url, monkeypatch, capsys):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", Terminal())
        path = downloaded(url, DIGEST)
        shown = sys.stderr.getvalue()
    assert "weights.pth" in shown
    assert "7.0/7.0 kB" in shown
    path.unlink()
    downloaded(url, DIGEST)
    assert capsys.readouterr() == ("", "")
