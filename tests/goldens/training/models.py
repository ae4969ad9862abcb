#!/usr/bin/env python3
"""Trains small models with PyTorch and writes where they started, what they saw, and their losses.

    python3 -m venv venv && venv/bin/pip install torch==2.15.0
    venv/bin/python tests/goldens/training/models.py

Writes models.txt.gz, which tests/training_goldens_test.cpp reads and explains. To add a training:
an entry in TRAININGS, and a row of the same name there. All numbers are double.
"""

import dataclasses
import gzip
import pathlib
import typing

import torch
from torch import nn

STEPS = 100


@dataclasses.dataclass
class Training:
    """`inputs` and `targets` make a tensor from a generator; its first axis counts batches, which
    are shown in turn."""

    name: str
    model: typing.Callable
    optimizer: typing.Callable
    inputs: typing.Callable
    targets: typing.Callable
    loss: typing.Callable = nn.functional.cross_entropy


def short(x):
    """Rounded so that it takes few digits."""
    return torch.round(x * 4096) / 4096


def normal(*shape):
    return lambda generator: short(torch.randn(shape, dtype=torch.float64, generator=generator))


def below(bound, *shape):
    """Integers: labels, or tokens of a text."""
    return lambda generator: torch.randint(0, bound, shape, generator=generator)


class Transformer(nn.Module):
    """Predicts the next character; one layer normalizes first, one afterwards."""

    def __init__(self):
        super().__init__()
        self.characters, self.places = nn.Embedding(11, 8), nn.Embedding(6, 8)
        shape = {"d_model": 8, "nhead": 2, "dim_feedforward": 16}
        kind = {"dropout": 0.0, "batch_first": True}
        self.layers = nn.ModuleList([
            nn.TransformerEncoderLayer(**shape, **kind, activation="gelu", norm_first=True),
            nn.TransformerEncoderLayer(**shape, **kind),
        ])
        self.norm, self.head = nn.LayerNorm(8), nn.Linear(8, 11)

    def forward(self, x):
        length = x.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool).triu(1)
        x = self.characters(x) + self.places(torch.arange(length))
        for layer in self.layers:
            x = layer(x, src_mask=causal)
        return self.head(self.norm(x))


def of_all_places(scores, targets):
    return nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())


class Lstm(nn.Module):
    """Scores for every step of a sequence."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 6, 2, bidirectional=True)
        self.head = nn.Linear(12, 4)

    def forward(self, x):
        return self.head(self.lstm(x)[0]).flatten(0, 1)


TRAININGS = [
    Training(
        "perceptron",
        lambda: nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 16), nn.Tanh(),
                              nn.Linear(16, 5)),
        lambda parameters: torch.optim.SGD(parameters, 0.05, momentum=0.9),
        normal(4, 8, 12),
        below(5, 4, 8),
    ),
    Training(
        "convolutional",
        lambda: nn.Sequential(
            nn.Conv2d(2, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 8, 3, stride=2, padding=1, groups=2), nn.ReLU(), nn.AvgPool2d(2, 1),
            nn.ConvTranspose2d(8, 3, 2, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d((2, 1)),
            nn.Flatten(), nn.Linear(6, 4)),
        lambda parameters: torch.optim.Adam(parameters, 0.01),
        normal(3, 8, 2, 9, 8),
        below(4, 3, 8),
    ),
    Training(
        "transformer",
        Transformer,
        lambda parameters: torch.optim.Adam(parameters, 0.01),
        below(11, 3, 4, 6),
        below(11, 3, 4, 6),
        of_all_places,
    ),
    Training(
        "lstm",
        Lstm,
        lambda parameters: torch.optim.Adam(parameters, 0.01),
        normal(3, 7, 4, 5),
        below(4, 3, 28),
    ),
]


def line(key, tensor):
    shape = " ".join(map(str, tensor.shape))
    values = " ".join(repr(float(x)) for x in tensor.detach().double().reshape(-1).tolist())
    return f"{key} {shape} : {values}".replace("  ", " ")


def run(training):
    torch.manual_seed(sum(training.name.encode()))
    generator = torch.Generator().manual_seed(sum(training.name.encode()))
    model = training.model().double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(short(parameter))
    inputs, targets = training.inputs(generator), training.targets(generator)
    lines = [f"training {training.name}"]
    lines += [line(f"tensor {name}", tensor) for name, tensor in model.state_dict().items()]
    lines += [line("inputs", inputs), line("targets", targets)]
    optimizer = training.optimizer(model.parameters())
    losses = []
    for step in range(STEPS):
        batch = step % len(inputs)
        loss = training.loss(model(inputs[batch]), targets[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"{training.name}: loss {losses[0]:.4f} to {losses[-1]:.4f}")
    return lines + [line("losses", torch.tensor(losses, dtype=torch.float64))]


def main():
    torch.set_num_threads(1)
    lines = [f"made by PyTorch {torch.__version__.split('+')[0]}"]
    for training in TRAININGS:
        lines += run(training)
    text = "\n".join(lines + ["end"]) + "\n"
    path = pathlib.Path(__file__).parent / "models.txt.gz"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
