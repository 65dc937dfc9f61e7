"""Datasets like the published ones, with few examples, on a server of this machine."""

import dataclasses
import gzip
import hashlib

import numpy as np

from jaxgan.data.original_files import ORIGINALS, OriginalFile
from tests.data.test_cifar_file import packed as archived
from tests.data.test_cifar_file import records
from tests.data.test_idx_file import packed

COUNTS = {"train": 10, "test": 3}


def examples(name):
    """{split: (images, labels)}."""
    original = ORIGINALS[name]
    rng = np.random.default_rng(len(name))
    return {
        split: (
            rng.integers(0, 256, (count, *original.shape), dtype=np.uint8),
            rng.integers(0, 10, count, dtype=np.uint8),
        )
        for split, count in COUNTS.items()
    }


def contents(name):
    """{file: its contents}, as those of the published dataset are made."""
    splits = examples(name)
    if name == "cifar10":
        images, labels = splits["train"]
        batches = {
            f"data_batch_{n + 1}.bin": records(images[2 * n :][:2], labels[2 * n :][:2])
            for n in (3, 0, 1, 4, 2)
        }
        batches["test_batch.bin"] = records(*splits["test"])
        files = {f"cifar-10-batches-bin/{k}": batch for k, batch in batches.items()}
        return {"cifar-10-binary.tar.gz": archived(files)}
    files = {}
    for split, prefix in (("train", "train"), ("test", "t10k")):
        images, labels = splits[split]
        files[f"{prefix}-images-idx3-ubyte.gz"] = gzip.compress(packed(images[..., 0]))
        files[f"{prefix}-labels-idx1-ubyte.gz"] = gzip.compress(packed(labels))
    return files


def publish(name, server, monkeypatch):
    """Puts a dataset on the server, and has it downloaded from there."""
    files = contents(name)
    server.files.update({f"{name}/{file}": body for file, body in files.items()})
    published = dataclasses.replace(
        ORIGINALS[name],
        counts=COUNTS,
        addresses=(f"{server.url}gone/", f"{server.url}{name}/"),
        files=tuple(
            OriginalFile(file, len(body), hashlib.sha256(body).hexdigest())
            for file, body in files.items()
        ),
    )
    monkeypatch.setitem(ORIGINALS, name, published)
