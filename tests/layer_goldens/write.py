#!/usr/bin/env python3
"""Writes layers.txt.gz: what PyTorch's layers compute, with the weights that they had.

    venv/bin/python tests/layer_goldens/write.py     # with PyTorch, see tests/goldens/make.py

tests/layer_goldens_test.cpp reads it and explains. All numbers are double.
"""

import gzip
import pathlib
import sys

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "goldens"))
sys.dont_write_bytecode = True

from make import Writer, random  # noqa: E402

REALS = "reals"


def write(writer, generator, name, model, inputs, call=None, constants=()):
    """`constants`: inputs after the differentiable ones, such as masks and indices."""
    model.double()
    for tensor in model.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(random(generator, tensor.shape, REALS) * 0.5)
    for key, tensor in model.named_buffers():
        if key.endswith("running_var"):
            tensor.copy_(tensor.abs() + 0.5)
    writer.lines.append(f"case {name}")
    for key, tensor in model.state_dict().items():
        if tensor.is_floating_point():
            writer.array(f"parameter {key}", tensor)
    x = [random(generator, shape, REALS).requires_grad_(True) for shape in inputs]
    for tensor in [*x, *constants]:
        writer.array("x", tensor)
    y = (call or model)(*x, *constants)
    writer.array("y", y)
    g = random(generator, y.shape, REALS)
    writer.array("g", g)
    y.backward(g)
    for tensor in x:
        writer.array("d", tensor.grad)
    for key, tensor in model.named_parameters():
        writer.array(f"gradient {key}", tensor.grad)
    for key, tensor in model.named_buffers():
        writer.array(f"buffer {key}", tensor)


def attention_cases(w, generator):
    def add(name, inputs, call, constants=()):
        model = nn.MultiheadAttention(6, 3, batch_first=True)
        with_model = lambda *x: call(model, *x)[0]  # noqa: E731
        write(w, generator, name, model, inputs, with_model, constants)

    plain = {"need_weights": False}
    i, j = torch.arange(4)[:, None], torch.arange(5)
    ignored, causal = (3 * i + 2 * j) % 5 == 0, torch.ones(5, 5, dtype=torch.bool).triu(1)
    padding = torch.tensor([[0, 0, 0, 1, 1], [0, 0, 0, 0, 1]]).bool()
    every = torch.tensor([[1, 1, 1, 1, 1], [0, 0, 0, 0, 1]]).bool()
    three = [(2, 4, 6), (2, 5, 6), (2, 5, 6)]
    add("attention_self", [(2, 5, 6)], lambda m, x: m(x, x, x, **plain))
    add("attention_causal", [(2, 5, 6)], lambda m, x: m(x, x, x, attn_mask=causal, **plain))
    add("attention_single", [(5, 6)], lambda m, x: m(x, x, x, **plain))
    add("attention_cross", three, lambda m, q, k, v: m(q, k, v, **plain))
    add("attention_ignored", three, lambda m, *x: m(*x[:3], attn_mask=x[3], **plain), [ignored])
    add(
        "attention_padding", three,
        lambda m, *x: m(*x[:3], key_padding_mask=x[3], **plain), [padding],
    )
    add(
        "attention_all_padding", three,
        lambda m, *x: m(*x[:3], key_padding_mask=x[3], **plain), [every],
    )
    add("attention_added", three + [(4, 5)], lambda m, *x: m(*x[:3], attn_mask=x[3], **plain))
    add(
        "attention_added_padding", three + [(4, 5)],
        lambda m, *x: m(
            *x[:3], attn_mask=x[3],
            key_padding_mask=torch.zeros(2, 5, dtype=torch.double).masked_fill(x[4], -torch.inf),
            **plain,
        ),
        [padding],
    )


def encoder_cases(w, generator):
    padding = torch.tensor([[0, 0, 0, 1, 1], [0, 0, 0, 0, 1]]).bool()
    causal = torch.ones(5, 5, dtype=torch.bool).triu(1)
    for name, options, call, constants in [
        ("encoder_relu", {}, None, []),
        ("encoder_gelu", {"activation": "gelu"}, None, []),
        ("encoder_first", {"norm_first": True}, None, []),
        (
            "encoder_first_gelu_causal", {"norm_first": True, "activation": "gelu"},
            lambda m, x: m(x, src_mask=causal), [],
        ),
        ("encoder_padding", {}, lambda m, x, p: m(x, src_key_padding_mask=p), [padding]),
    ]:
        model = nn.TransformerEncoderLayer(6, 3, 7, dropout=0, batch_first=True, **options)
        with_model = None if call is None else lambda *x: call(model, *x)  # noqa: B023
        write(w, generator, name, model, [(2, 5, 6)], with_model, constants)


def main():
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(1)
    w = Writer()
    write(w, generator, "batch_norm_1d", nn.BatchNorm1d(3), [(5, 3)])
    write(w, generator, "batch_norm_1d_length", nn.BatchNorm1d(3, momentum=0.3), [(2, 3, 4)])
    write(w, generator, "batch_norm_2d", nn.BatchNorm2d(3), [(2, 3, 4, 5)])
    write(w, generator, "batch_norm_2d_eval", nn.BatchNorm2d(3).eval(), [(2, 3, 4, 5)])
    write(w, generator, "layer_norm", nn.LayerNorm([3, 4]), [(2, 3, 4)])
    write(w, generator, "rms_norm", nn.RMSNorm(4), [(2, 3, 4)])
    write(w, generator, "group_norm", nn.GroupNorm(2, 4), [(3, 4, 5)])
    write(w, generator, "prelu", nn.PReLU(3), [(4, 3, 2)])
    indices = torch.tensor([[0, 4, 2], [2, 2, 1]])
    write(w, generator, "embedding", nn.Embedding(5, 3, padding_idx=2), [], None, [indices])
    attention_cases(w, generator)
    encoder_cases(w, generator)
    w.lines.append("end")
    text = "\n".join(w.lines) + "\n"
    (FOLDER / "layers.txt.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{sum(line.startswith('case ') for line in w.lines)} cases")


if __name__ == "__main__":
    main()
