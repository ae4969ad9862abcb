#!/usr/bin/env python3
"""Files that NumPy and the safetensors package write, and theirs to read of what xgrad wrote.

    venv/bin/pip install numpy safetensors torch==2.15.0
    venv/bin/python tests/goldens/files.py            # writes tests/goldens/files/
    venv/bin/python tests/goldens/files.py FOLDER     # checks what tests/files_test.cpp wrote there

The elements are the bit patterns that tests/any_arrays.hpp states too.
"""

import io
import pathlib
import sys

import numpy as np
import safetensors
import safetensors.numpy
import safetensors.torch
import torch

FOLDER = pathlib.Path(__file__).parent / "files"
TYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64".split()
SHAPES = {"scalar": (), "vector": (7,), "matrix": (3, 5), "cube": (2, 3, 4), "empty": (2, 0, 3)}
METADATA = {"format": "np", "a \"key\"": "a value\nof two lines, \u00fc"}


def pattern(dtype, shape):
    count = int(np.prod(shape))
    words = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    words >>= np.uint64(3)
    if dtype == "bool":
        return (words & np.uint64(1)).astype(bool).reshape(shape)
    size = np.dtype(dtype).itemsize
    return words.astype(f"u{size}").view(dtype).reshape(shape)


def special(dtype):
    """NaN with payloads, infinities, -0, denormals, extremes."""
    bits = 4 if dtype == "float32" else 8
    words = {
        4: [0x7FC00000, 0x7F800001, 0xFFFFFFFF, 0x7F800000, 0xFF800000, 0x80000000, 0, 1,
            0x807FFFFF, 0x7F7FFFFF, 0x00800000],
        8: [0x7FF8000000000000, 0x7FF0000000000001, 0xFFFFFFFFFFFFFFFF, 0x7FF0000000000000,
            0xFFF0000000000000, 0x8000000000000000, 0, 1, 0x800FFFFFFFFFFFFF, 0x7FEFFFFFFFFFFFFF,
            0x0010000000000000],
    }[bits]
    return np.array(words, dtype=f"u{bits}").view(dtype)


def arrays():
    result = {f"{t}_{name}": pattern(t, shape) for t in TYPES for name, shape in SHAPES.items()}
    return {**result, "special/float32": special("float32"), "special/float64": special("float64")}


def halves():
    return np.array([0, 0x8000, 1, 0x83FF, 0x0400, 0x3C00, 0x3555, 0x7BFF, 0x7C00, 0xFC00, 0x7E01],
                    dtype=np.uint16)


class Stream(io.RawIOBase):
    """A file that cannot seek: zip then writes sizes behind the data."""

    def __init__(self, path):
        self.file = open(path, "wb")

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


def make():
    FOLDER.mkdir(exist_ok=True)
    everything = arrays()
    np.savez(FOLDER / "stored.npz", **everything)
    np.savez_compressed(FOLDER / "deflated.npz", **everything)
    matrix = pattern("float64", (3, 5))
    with Stream(FOLDER / "streamed.npz") as stream:
        np.savez(stream, matrix=matrix)
    other = {}
    for t in TYPES:
        for name in ("vector", "matrix", "cube"):
            x = pattern(t, SHAPES[name])
            big = x.view(x.dtype.newbyteorder(">")).byteswap()
            other[f"{t}_{name}_big"] = big
            other[f"{t}_{name}_fortran"] = np.asfortranarray(x)
            other[f"{t}_{name}_big_fortran"] = np.asfortranarray(big)
    np.savez_compressed(FOLDER / "orders.npz", **other)
    for version in (1, 2, 3):
        with open(FOLDER / f"version{version}.npy", "wb") as file:
            np.lib.format.write_array(file, matrix, version=(version, 0))
    np.save(FOLDER / "half.npy", halves().view(np.float16))
    np.save(FOLDER / "half_values.npy", halves().view(np.float16).astype(np.float32))
    safetensors.numpy.save_file(everything, FOLDER / "arrays.safetensors", METADATA)
    finite = halves()[:-1]  # PyTorch drops the payload of a NaN
    bits = torch.from_numpy(finite.astype(np.int32)).to(torch.int16)
    half, brain = bits.view(torch.float16), bits.clone().view(torch.bfloat16)
    safetensors.torch.save_file(
        {"half": half, "half_values": half.float(), "brain": brain, "brain_values": brain.float()},
        FOLDER / "half.safetensors")
    np.save(FOLDER / "complex.npy", np.ones(2, complex))
    np.save(FOLDER / "structure.npy", np.zeros(2, [("a", "<i4"), ("b", "<f8")]))
    np.save(FOLDER / "object.npy", np.array([None, 1], object))
    np.save(FOLDER / "text.npy", np.array(["a", "bc"]))


def same(found, expected):
    found = np.asarray(found)
    return (found.dtype == expected.dtype and found.shape == expected.shape
            and found.tobytes() == expected.tobytes())


def check(folder):
    expected = arrays()
    wrong = []
    for name in ("stored.npz", "deflated.npz"):
        with np.load(folder / name) as file:
            if set(file.files) != set(expected):
                wrong.append(f"{name}: {sorted(set(file.files) ^ set(expected))}")
            wrong += [f"{name}: {k}" for k in file.files if not same(file[k], expected[k])]
    with safetensors.safe_open(folder / "arrays.safetensors", "np") as file:
        if file.metadata() != METADATA:
            wrong.append(f"metadata {file.metadata()}")
    found = safetensors.numpy.load_file(folder / "arrays.safetensors")
    if set(found) != set(expected):
        wrong.append(f"safetensors: {sorted(set(found) ^ set(expected))}")
    wrong += [f"safetensors: {k}" for k in found if not same(found[k], expected[k])]
    for k, x in expected.items():
        if not same(np.load(folder / (k.replace("/", "_") + ".npy")), x):
            wrong.append(f"npy: {k}")
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.ReLU(),
                                 torch.nn.Linear(4, 2))
    module.load_state_dict(safetensors.torch.load_file(folder / "model.safetensors"))
    print("\n".join(wrong) if wrong else f"{4 * len(expected)} arrays as they should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(check(pathlib.Path(sys.argv[1])) if len(sys.argv) > 1 else make())
