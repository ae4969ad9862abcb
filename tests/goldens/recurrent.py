"""Recurrent layers: y, h and c as one vector, of x, weights, biases and states."""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from cases import UNIT, case, strided

RUN = {"lstm": torch.lstm, "gru": torch.gru, "rnn": torch.rnn_tanh, "rnn_relu": torch.rnn_relu}
GATES = {"lstm": 4, "gru": 3, "rnn": 1, "rnn_relu": 1}
LENGTHS = [2, 1, 4, 3]


def layer(kind, reverse=False, batch_first=False, lengths=None):
    """A function of the inputs. PyTorch runs the reverse direction only beside a forward one, to
    which zeros are given here."""

    def run(x, *inputs):
        weights, states = list(inputs[:2 if len(inputs) == 2 else 4]), list(inputs[4:])
        hidden, batch = weights[1].shape[1], x.shape[0 if batch_first else 1]
        count = 2 if kind == "lstm" else 1
        if not states:
            states = [x.new_zeros(batch, hidden)] * count
        if reverse:
            weights = [torch.zeros_like(w) for w in weights] + weights
            states = [torch.stack([torch.zeros_like(s), s]) for s in states]
        else:
            states = [s.unsqueeze(0) for s in states]
        state = states if kind == "lstm" else states[0]
        options = (len(weights) % 4 == 0 and len(inputs) > 2, 1, 0.0, True, reverse)
        if lengths is None:
            y, *final = RUN[kind](x, state, weights, *options, batch_first)
        else:
            packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first, False)
            order = packed.sorted_indices
            state = [s[:, order] for s in states] if kind == "lstm" else state[:, order]
            data, *final = RUN[kind](packed.data, packed.batch_sizes, state, weights, *options)
            y, _ = pad_packed_sequence(packed._replace(data=data), batch_first)
            final = [s[:, packed.unsorted_indices] for s in final]
        y = y[..., hidden:] if reverse else y
        return torch.cat([y.reshape(-1)] + [s[-1].reshape(-1) for s in final])

    return run


def sizes(kind, count, extents, first=False, x=None):
    length, batch, features, hidden = extents
    rows = GATES[kind] * hidden
    shape = (batch, length, features) if first else (length, batch, features)
    sample = [x or shape, (rows, features), (rows, hidden), (rows,), (rows,)]
    return (sample + [(batch, hidden)] * 2)[:count]


def cases_of(kind):
    full = 7 if kind == "lstm" else 6
    padded = (4, 4, 2, 3)
    make = lambda name, function, samples: case(name, function, samples, domains=[UNIT])
    cases = [
        make(f"{kind}_without_bias", layer(kind), [sizes(kind, 3, (3, 2, 2, 3))]),
        make(kind, layer(kind), [sizes(kind, full, (3, 2, 2, 3)), sizes(kind, full, (2, 5, 3, 9)),
                                 sizes(kind, full, (3, 2, 4, 2), x=strided((3, 2, 4)))]),
        make(f"{kind}_reverse", layer(kind, True), [sizes(kind, 5, (3, 2, 2, 3))]),
        make(f"{kind}_batch_first", layer(kind, batch_first=True),
             [sizes(kind, full, (3, 2, 2, 3), True)]),
        make(f"{kind}_padded", layer(kind, lengths=LENGTHS), [sizes(kind, full, padded)]),
        make(f"{kind}_padded_reverse", layer(kind, True, lengths=LENGTHS),
             [sizes(kind, full, padded)]),
        make(f"{kind}_padded_batch_first", layer(kind, True, True, [4, 2, 4, 1]),
             [sizes(kind, full, padded, True)]),
    ]
    return [c for c in cases if c.row != "rnn_batch_first"]  # which the row with relu is


def cell(function):
    return lambda x, *inputs: function(x, inputs[4], *inputs[:4])


def lstm_cell(x, *inputs):
    return torch.cat([s.reshape(-1) for s in torch.lstm_cell(x, inputs[4:], *inputs[:4])])


def cell_case(name, kind, function):
    sample = sizes(kind, 7 if kind == "lstm" else 6, (1, 3, 2, 5))
    return case(name, function, [[(3, 2)] + sample[1:]], domains=[UNIT])


CASES = cases_of("lstm") + cases_of("gru") + cases_of("rnn") + [
    case("rnn_relu", layer("rnn_relu", batch_first=True),
         [sizes("rnn_relu", 6, (3, 2, 2, 3), True)], domains=[UNIT]),
    cell_case("lstm_cell", "lstm", lstm_cell),
    cell_case("gru_cell", "gru", cell(torch.gru_cell)),
    cell_case("rnn_cell", "rnn", cell(torch.rnn_tanh_cell)),
    cell_case("rnn_cell_relu", "rnn", cell(torch.rnn_relu_cell)),
]
