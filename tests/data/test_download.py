import hashlib
import os
import urllib.error
import urllib.request

import pytest

from jaxgan import data
from jaxgan.data.download import downloaded

CONTENTS = b"weights" * 1000
DIGEST = hashlib.sha256(CONTENTS).hexdigest()


@pytest.fixture
def url(tmp_path):
    (tmp_path / "server").mkdir()
    path = tmp_path / "server" / "weights.pth"
    path.write_bytes(CONTENTS)
    return path.as_uri()


def offline(*arguments, **options):
    raise urllib.error.URLError("Name or service not known")


@pytest.mark.parametrize("digest", [DIGEST, DIGEST[:8]])
def test_downloaded_once(url, own_cache, monkeypatch, digest):
    path = downloaded(url, digest)
    assert path == own_cache / "weights.pth"
    assert path.read_bytes() == CONTENTS
    monkeypatch.setattr(urllib.request, "urlopen", offline)
    assert downloaded(url, digest) == path
    assert os.listdir(own_cache) == ["weights.pth"]


def test_damaged_is_downloaded_again(url, tmp_path):
    path = downloaded(url, DIGEST, tmp_path / "cache")
    path.write_bytes(CONTENTS[:-1])
    assert downloaded(url, DIGEST, tmp_path / "cache").read_bytes() == CONTENTS


def test_something_else_is_not_kept(url, own_cache):
    with pytest.raises(data.DataError, match=f"{DIGEST}, wanted 0000.*not the pub"):
        downloaded(url, "0000")
    assert not os.listdir(own_cache)


def test_offline(own_cache, monkeypatch):
    monkeypatch.setattr(urllib.request, "urlopen", offline)
    url = "https://example.org/a/weights.pth"
    told = rf"not known\); where there is a network, download {url} and put it at "
    with pytest.raises(data.DataError, match=f"{told}{own_cache}/weights.pth"):
        downloaded(url, DIGEST)
    assert not os.listdir(own_cache)


def test_an_interrupted_download_leaves_nothing(url, own_cache, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(urllib.request, "urlopen", interrupted)
    with pytest.raises(KeyboardInterrupt):
        downloaded(url, DIGEST)
    assert not os.listdir(own_cache)


def test_unwritable(url, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(data.DataError, match=r"cannot be written.*JAXGAN_CACHE"):
        downloaded(url, DIGEST, tmp_path / "file" / "x")
