"""torch.nn.LSTM, GRU and RNN of two layers in both directions, with parameters that are given in
the order of their state_dict: y, h and c as one vector."""

import torch
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from cases import UNIT, case

MODULES = {"lstm": (torch.nn.LSTM, 4, 2), "gru": (torch.nn.GRU, 3, 1), "rnn": (torch.nn.RNN, 1, 1)}


def layers(kind, batch_first, lengths=None):
    module, _, count = MODULES[kind]
    model = module(2, 3, 2, bidirectional=True, batch_first=batch_first, dropout=0.5)
    model.double().eval()
    names = list(model.state_dict())

    def run(x, *inputs):
        parameters, states = dict(zip(names, inputs[:16])), inputs[16:]
        state = states if count == 2 else states[0]
        if lengths is None:
            y, final = functional_call(model, parameters, (x, state))
        else:
            packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first, False)
            y, final = functional_call(model, parameters, (packed, state))
            y, _ = pad_packed_sequence(y, batch_first)
        finals = final if count == 2 else [final]
        return torch.cat([y.reshape(-1)] + [s.reshape(-1) for s in finals])

    return run


def sizes(kind, batch_first):
    _, gates, count = MODULES[kind]
    rows = gates * 3
    sample = [(2, 3, 2) if batch_first else (3, 2, 2)]
    for features in (2, 2, 6, 6):
        sample += [(rows, features), (rows, 3), (rows,), (rows,)]
    return sample + [(4, 2, 3)] * count


CASES = [
    made
    for kind in MODULES
    for made in (
        case(f"{kind}_layers", layers(kind, True), [sizes(kind, True)], domains=[UNIT]),
        case(f"{kind}_layers_padded", layers(kind, False, [2, 3]), [sizes(kind, False)],
             domains=[UNIT]),
    )
]
