"""What is given in place of weights is called by its name, by every reader."""

import os
import socket

import pytest

from jaxgan.run.commands import cli
from jaxgan.weights import WeightsError, file_kind, read_arrays, read_network_pickle
from jaxgan.weights.torch_file import read_torch

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 99\n"
KINDS = [
    (POINTER, "Git LFS pointer.*git lfs pull"),
    (b"<!DOCTYPE html><title>Quota exceeded</title>", "web page .*Quota.*download"),
    (b'\n<html lang="en"><body>404</body></html>', "web page"),
    ("\ufeff<?xml version='1.0'?><Error/>".encode(), "web page"),
    (b'{"error": "not found"}', "JSON text .*not found"),
    (b"[1, 2]", "JSON text"),
    (b"Not Found", "saw text .'Not Found'"),
    ("Zugriff verweigert: ä".encode() * 99, "saw text"),
    (b"", "empty file"),
    (bytes(50), "nothing but zeros"),
    (b"\x93NUMPY\x01\x00", r"one array of NumPy .*savez"),
    (b"\x89HDF\r\n\x1a\n", "HDF5"),
    (b"\x1c\0\0\0TFL3\0\0", "TensorFlow Lite"),
    (b"\x08\x07\x12\x07pytorch", "ONNX"),
    (b"\x00\x01data\xff" + file_kind.LEVEL_TABLE, "checkpoint of TensorFlow"),
    (b"\x1f\x8b\x08\x00", "gzip.*unpack"),
    (
        b"x" + bytes(256) + b"ustar\x0000",
        "archive of tar.*unpack",
    ),
    (b"\x89PNG\r\n\x1a\n\0", "a picture"),
    (b"PK\x03\x04\x00\xff", "a zip that is cut short"),
]


@pytest.mark.parametrize("name", ["x.pth", "x.pkl", "x.npz", "x.safetensors"])
@pytest.mark.parametrize(("content", "said"), KINDS)
def test_kinds(tmp_path, content, said, name):
    path = tmp_path / name
    path.write_bytes(content)
    for read in (read_arrays, read_network_pickle):
        with pytest.raises(WeightsError, match=f"{name}: (?s:.*){said}") as error:
            read(path)
        assert str(error.value).isprintable()
    with pytest.raises(WeightsError, match=name):
        read_torch(path)


@pytest.mark.parametrize("read", [read_arrays, read_network_pickle, read_torch])
def test_what_is_no_file(tmp_path, read):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        for name, said in (
            ("pipe", "a named pipe"),
            ("socket", "a socket"),
            ("absent", "no such file"),
            ("absent/x", "no such file"),
            ("\0", "cannot be read"),
            ("x" * 300, "cannot be read"),
        ):
            with pytest.raises(WeightsError, match=said):
                read(tmp_path / name)
    with pytest.raises(WeightsError, match="a device"):
        read("/dev/zero")
    for inside, said in (
        ("saved_model.pb", "SavedModel"),
        ("data.pkl", r"unpacked file of torch\.save"),
        ("net.safetensors", r"a folder \(of net\.safetensors\)"),
    ):
        folder = tmp_path / f"folder-{inside}"
        folder.mkdir()
        (folder / inside).write_bytes(b"x")
        with pytest.raises(WeightsError, match=said):
            read(folder)


def test_more_than_memory(tmp_path):
    """A file of holes costs nothing to make."""
    with (tmp_path / "x.safetensors").open("wb") as file:
        file.write((100).to_bytes(8, "little") + b"{")
        file.truncate(2**43)
    with pytest.raises(WeightsError, match=r"saw 8192\.0 GiB, more than"):
        read_arrays(tmp_path / "x.safetensors")


def test_pipes_are_not_waited_for(tmp_path, capsys):
    os.mkfifo(tmp_path / "x.pth")
    words = [str(tmp_path / "x.pth"), "--run-dir", str(tmp_path / "run")]
    for more in ([], ["--within", "G"], ["--current", words[0]]):
        with pytest.raises(SystemExit) as status:
            cli.main(["import", *words, *more])
        assert status.value.code == 2
        assert "saw a named pipe" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
