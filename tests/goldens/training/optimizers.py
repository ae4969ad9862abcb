#!/usr/bin/env python3
"""Makes optimizers.txt.gz: 50 steps of PyTorch's optimizers and schedules, in double.

    venv/bin/python tests/goldens/training/optimizers.py      (the venv of ../make.py)

tests/training_goldens.hpp reads it. A line is `key extents : elements`, or a word and a name:
    gradient<i>     the gradients of parameter i, a row per step; and `A`, for logistic()
    optimizer <row> then the start `p` of parameter i, and its values `v`, a row per step; parameter
                    2 forms a group of its own, of half the learning rate, and has no gradient in
                    every third step
    lbfgs <row>     the start `p`, the values `v` and the losses `l` of each step
    schedule <row>  the learning rates `r` of two groups, and perhaps momenta `m`, a row per step
    plateau <row>   the metrics `x` given to it and the learning rates `r` after them
    clip <row>      gradients `g`, the norm `n` and the clipped gradients `c`
    average <row>   values `p` of a parameter, a row per step, and their averages `v`
"""

import gzip
import pathlib
import warnings

import torch
from torch.optim import lr_scheduler as lr

STEPS = 50
SHAPES = [(2, 3), (4,), (3,)]
warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)  # also of step counts and of NAdam's product of momenta
torch.set_num_threads(1)
lines = [f"made by PyTorch {torch.__version__.split('+')[0]}"]


def array(key, tensor):
    tensor = torch.as_tensor(tensor).detach().double().contiguous()
    shape = " ".join(map(str, tensor.shape))
    values = " ".join(repr(x) for x in tensor.reshape(-1).tolist())
    lines.append(f"{key} {shape} : {values}".replace("  ", " "))


def random(seed, *shape):
    generator = torch.Generator().manual_seed(seed)
    return torch.round((2 * torch.rand(shape, generator=generator) - 1) * 4096) / 4096


def write_gradients():
    """Of very different sizes, with zeros among them, and a whole step of zeros."""
    result = []
    for i, shape in enumerate(SHAPES):
        g = random(10 + i, STEPS, *shape) * 10.0 ** torch.round(2 * random(20 + i, *shape))
        g[7] = 0
        g[20:, 0] = 0
        array(f"gradient{i}", g)
        result.append(g)
    return result


def write_optimizer(row, make, gradients, **options):
    lines.append(f"optimizer {row}")
    p = [torch.nn.Parameter(random(30 + i, *shape)) for i, shape in enumerate(SHAPES)]
    rate = options.pop("lr")
    optimizer = make([{"params": p[:2]}, {"params": p[2:], "lr": rate / 2}], lr=rate, foreach=False,
                     **options)
    values = [[] for _ in p]
    for step in range(STEPS):
        for i, x in enumerate(p):
            x.grad = None if i == 2 and step % 3 == 0 else gradients[i][step].clone()
        optimizer.step()
        for i, x in enumerate(p):
            values[i].append(x.detach().clone())
    for i, x in enumerate(values):
        array(f"p{i}", random(30 + i, *SHAPES[i]))
        array(f"v{i}", torch.stack(x))


def optimizers(gradients):
    o = torch.optim
    for row, make, options in [
        ("SGD", o.SGD, dict(lr=0.01)),
        ("SGD_decay", o.SGD, dict(lr=0.01, weight_decay=0.1)),
        ("SGD_momentum", o.SGD, dict(lr=0.01, momentum=0.9, weight_decay=0.01)),
        ("SGD_dampening", o.SGD, dict(lr=0.01, momentum=0.9, dampening=0.3)),
        ("SGD_nesterov", o.SGD, dict(lr=0.01, momentum=0.8, nesterov=True, weight_decay=0.02)),
        ("Adam", o.Adam, dict(lr=0.01)),
        ("Adam_decay", o.Adam, dict(lr=0.02, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)),
        ("Adam_amsgrad", o.Adam, dict(lr=0.01, betas=(0.9, 0.9), amsgrad=True)),
        ("AdamW", o.AdamW, dict(lr=0.01)),
        ("AdamW_amsgrad", o.AdamW, dict(lr=0.03, betas=(0.7, 0.9), weight_decay=0.2, amsgrad=True)),
        ("NAdam", o.NAdam, dict(lr=0.01)),
        ("NAdam_decay", o.NAdam, dict(lr=0.01, weight_decay=0.1, momentum_decay=0.1)),
        ("NAdam_decoupled", o.NAdam, dict(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True)),
        ("RAdam", o.RAdam, dict(lr=0.01)),
        ("RAdam_decay", o.RAdam, dict(lr=0.02, betas=(0.9, 0.8), weight_decay=0.1)),
        ("RAdam_decoupled", o.RAdam, dict(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True)),
        ("RMSprop", o.RMSprop, dict(lr=0.01)),
        ("RMSprop_decay", o.RMSprop, dict(lr=0.01, alpha=0.9, eps=1e-4, weight_decay=0.1)),
        ("RMSprop_momentum", o.RMSprop, dict(lr=0.01, momentum=0.9)),
        ("RMSprop_centered", o.RMSprop, dict(lr=0.01, alpha=0.9, centered=True)),
        ("RMSprop_all", o.RMSprop, dict(lr=0.01, alpha=0.95, centered=True, momentum=0.5)),
        ("Adagrad", o.Adagrad, dict(lr=0.1)),
        ("Adagrad_all", o.Adagrad, dict(lr=0.1, lr_decay=0.1, weight_decay=0.1,
                                        initial_accumulator_value=0.5, eps=1e-4)),
        ("Adadelta", o.Adadelta, dict(lr=1.0)),
        ("Adadelta_all", o.Adadelta, dict(lr=0.5, rho=0.7, eps=1e-3, weight_decay=0.1)),
    ]:
        write_optimizer(row, make, gradients, **options)


def rosenbrock(p):
    """sum 100 (p_(i+1) - p_i^2)^2 + (1 - p_i)^2."""
    return (100 * (p[1:] - p[:-1] ** 2) ** 2 + (1 - p[:-1]) ** 2).sum()


def logistic(p):
    """sum ln(1 + exp(-A p)) / 20 + |p|^2 / 200, of A (20, 4)."""
    return torch.nn.functional.softplus(-(random(41, 20, p.numel()) @ p)).sum() / 20 + \
        (p * p).sum() / 200


def lbfgs():
    for row, f, start, steps, options in [
        ("rosenbrock", rosenbrock, [-1.2, 1.0], 8, dict(max_iter=5)),
        ("rosenbrock_4", rosenbrock, [-1.2, 1.0, -0.5, 2.0], 10, dict(max_iter=6, history_size=3)),
        ("rosenbrock_long", rosenbrock, [-1.2, 1.0, 0.5], 3, dict(max_iter=20)),
        ("logistic", logistic, [3.0, -2.0, 0.5, 4.0], 10, dict(max_iter=2)),
        ("logistic_fixed", logistic, [3.0, -2.0, 0.5, 4.0], 50,
         dict(lr=0.5, max_iter=1, history_size=5, line_search_fn=None)),
        ("logistic_fixed_4", logistic, [1.0, -2.0, 0.5, 2.0], 10,
         dict(lr=0.8, max_iter=4, history_size=5, line_search_fn=None)),
    ]:
        lines.append(f"lbfgs {row}")
        p = torch.nn.Parameter(torch.tensor(start))
        array("p", p)
        optimizer = torch.optim.LBFGS([p], **{"line_search_fn": "strong_wolfe", **options})

        def closure():
            optimizer.zero_grad()
            loss = f(p)
            loss.backward()
            return loss

        values, losses = [], []
        for _ in range(steps):
            losses.append(float(optimizer.step(closure)))
            values.append(p.detach().clone())
        array("l", losses)
        array("v", torch.stack(values))


def groups(momentum=True):
    p = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    return torch.optim.SGD([{"params": p[:1]}, {"params": p[1:], "lr": 0.03}], lr=0.1,
                           momentum=0.9 if momentum else 0)


def schedules():
    def sequential(o):
        return lr.SequentialLR(o, [lr.LinearLR(o, 0.25, total_iters=10), lr.ExponentialLR(o, 0.9),
                                   lr.CosineAnnealingLR(o, 15, 0.001)], [10, 25])

    def chained(o):
        return lr.ChainedScheduler([lr.LinearLR(o, 0.1, total_iters=8), lr.ExponentialLR(o, 0.95),
                                    lr.StepLR(o, 12, 0.5)])

    for row, make in [
        ("StepLR", lambda o: lr.StepLR(o, 7, 0.3)),
        ("MultiStepLR", lambda o: lr.MultiStepLR(o, [3, 20, 21, 40], 0.5)),
        ("ExponentialLR", lambda o: lr.ExponentialLR(o, 0.93)),
        ("CosineAnnealingLR", lambda o: lr.CosineAnnealingLR(o, 20, 0.002)),
        ("CosineAnnealingWarmRestarts", lambda o: lr.CosineAnnealingWarmRestarts(o, 6, 2, 0.001)),
        ("CosineAnnealingWarmRestarts_equal", lambda o: lr.CosineAnnealingWarmRestarts(o, 9)),
        ("LinearLR", lambda o: lr.LinearLR(o, 0.2, 0.8, 15)),
        ("PolynomialLR", lambda o: lr.PolynomialLR(o, 30, 2.0)),
        ("OneCycleLR", lambda o: lr.OneCycleLR(o, [0.1, 0.03], 51)),
        ("OneCycleLR_linear", lambda o: lr.OneCycleLR(
            o, [0.1, 0.03], 51, pct_start=0.4, anneal_strategy="linear", base_momentum=0.7,
            max_momentum=0.9, div_factor=10, final_div_factor=100)),
        ("OneCycleLR_three", lambda o: lr.OneCycleLR(o, [0.1, 0.03], 51, three_phase=True)),
        ("LambdaLR", lambda o: lr.LambdaLR(o, lambda t: 1 / (1 + t) ** 0.5)),
        ("ChainedScheduler", chained),
        ("SequentialLR", sequential),
    ]:
        lines.append(f"schedule {row}")
        optimizer = groups()
        scheduler = make(optimizer)
        rates, momenta = [], []
        for _ in range(STEPS + 1):
            rates.append([group["lr"] for group in optimizer.param_groups])
            momenta.append(optimizer.param_groups[0]["momentum"])
            optimizer.step()
            scheduler.step() if len(rates) <= STEPS else None
        array("r", rates)
        if "Cycle" in row:
            array("m", momenta)


def plateaus():
    metrics = 1 / (1 + torch.arange(STEPS)) + 0.05 * random(50, STEPS)
    metrics[20:30] = metrics[20]
    for row, options in [
        ("default", dict(patience=3)),
        ("cooldown", dict(factor=0.5, patience=1, cooldown=4, threshold=1e-2)),
        ("absolute", dict(factor=0.7, patience=2, threshold=0.01, threshold_mode="abs",
                          min_lr=0.02)),
        ("max", dict(mode="max", factor=0.5, patience=5, threshold=0.1)),
        ("max_absolute", dict(mode="max", factor=0.9, patience=0, threshold_mode="abs")),
    ]:
        lines.append(f"plateau {row}")
        optimizer = groups()
        scheduler = lr.ReduceLROnPlateau(optimizer, **options)
        rates = []
        for x in metrics:
            scheduler.step(x.item())
            rates.append([group["lr"] for group in optimizer.param_groups])
        array("x", metrics)
        array("r", rates)


def clips():
    for row, limit, kind in [("two", 1.5, 2.0), ("loose", 100.0, 2.0), ("one", 2.0, 1.0),
                             ("infinity", 0.3, float("inf")), ("three", 0.5, 3.0)]:
        lines.append(f"clip {row}")
        p = [torch.nn.Parameter(torch.zeros(shape)) for shape in SHAPES]
        for i, x in enumerate(p):
            x.grad = random(60 + i, *SHAPES[i])
            array(f"g{i}", x.grad)
        array("n", torch.nn.utils.clip_grad_norm_(p, limit, kind, foreach=False))
        for i, x in enumerate(p):
            array(f"c{i}", x.grad)


def averages():
    lines.append("average ema")
    p = random(70, STEPS, 4)
    layer = torch.nn.Linear(4, 1, bias=False)
    average = torch.optim.swa_utils.AveragedModel(
        layer, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
    values = []
    for row in p:
        with torch.no_grad():
            layer.weight.copy_(row[None])
        average.update_parameters(layer)
        values.append(average.module.weight.detach()[0].clone())
    array("p", p)
    array("v", torch.stack(values))


def main():
    gradients = write_gradients()
    array("A", random(41, 20, 4))
    optimizers(gradients)
    lbfgs()
    schedules()
    plateaus()
    clips()
    averages()
    lines.append("end")
    path = pathlib.Path(__file__).with_suffix(".txt.gz")
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))
    print(f"{path.name}: {len(lines)} lines, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
