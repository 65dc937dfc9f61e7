import pytest

from tests.data.local_server import LocalServer


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """No test reads or fills the user's cache."""
    path = tmp_path / "own-cache"
    monkeypatch.setenv("JAXGAN_CACHE", str(path))
    return path


@pytest.fixture
def server(monkeypatch):
    """An HTTP server on this machine, of files in memory."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with LocalServer() as running:
        yield running
