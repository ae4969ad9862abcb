"""The workloads of operations.cpp in PyTorch and JAX, each as a user would write it.

Functions take the inputs in order, and labels where there are any. numpy_operations.py has those of
NumPy.
"""

from dataclasses import dataclass, field


@dataclass
class Operation:
    """As in workload.hpp."""

    function: str
    shapes: list
    constants: int = 0
    labels: int = 0
    classes: int = 0
    cotangent: tuple = ()
    limit: float = 1.0


NETWORK = [(128, 784), (128,), (10, 128), (10,)]
PLANE, SQUARE = (512, 1024), (1024, 1024)
OPERATIONS = {
    "cross_entropy_64_10": Operation("cross_entropy", [(64, 10)], labels=64, classes=10),
    "cross_entropy_64_32000": Operation("cross_entropy", [(64, 32000)], labels=64, classes=32000),
    "layer_norm_256_1024": Operation(
        "layer_norm", [(256, 1024), (1024,), (1024,)], cotangent=(256, 1024)
    ),
    "multiply_row_512_1024": Operation("multiply", [PLANE, (1, 1024)], cotangent=PLANE),
    "multiply_column_512_1024": Operation("multiply", [PLANE, (512, 1)], cotangent=PLANE),
    "broadcast_512_1024": Operation("broadcast", [PLANE, (512, 1), (1, 1024)]),
    "sum_axis_0_1024_1024": Operation("sum_axis_0", [SQUARE]),
    "sum_axis_1_1024_1024": Operation("sum_axis_1", [SQUARE]),
    "amax_axis_1_1024_1024": Operation("amax_axis_1", [SQUARE]),
    "gaussian_mixture_1024_32_64": Operation(
        "gaussian_mixture", [(64, 32), (64,), (1024, 32)], constants=1
    ),
    "attention_8_128_64": Operation("attention", [(8, 128, 64)] * 3, cotangent=(8, 128, 64)),
    "unrolled_lstm_100": Operation(
        "unrolled_lstm", [(100, 16, 32), (32, 256), (64, 256), (256,)], limit=0.2
    ),
    "hvp_784_128_10_batch_64": Operation(
        "hvp", NETWORK * 2 + [(64, 784)], constants=5, labels=64, classes=10, limit=0.1
    ),
}


@dataclass
class Drawn:
    """The numbers that an operation starts from: flat arrays with their shapes."""

    inputs: list = field(default_factory=list)
    labels: list = field(default_factory=list)
    cotangent: tuple = None

    @classmethod
    def of(cls, operation, numbers):
        def drawn(shape):
            size = 1
            for extent in shape:
                size *= extent
            return numbers.uniform(-operation.limit, operation.limit, size), shape

        result = cls([drawn(shape) for shape in operation.shapes])
        result.labels = [numbers.next() % operation.classes for _ in range(operation.labels)]
        if operation.cotangent:
            result.cotangent = drawn(operation.cotangent)
        return result


class PlainOperations:
    """What reads the same in both."""

    def multiply(self, x, y):
        return x * y

    def broadcast(self, x, column, row):
        s = x + column
        return (s * s * row).sum()


class TorchOperations(PlainOperations):
    def __init__(self, library):
        self.tensor, self.torch = library.tensor, library.torch
        self.nn = library.torch.nn.functional

    def operation(self, operation, drawn):
        """A function that does a step, and one that sums up the results of the last."""
        torch = self.torch
        inputs = [self.tensor(*flat) for flat in drawn.inputs]
        wanted = inputs[: len(inputs) - operation.constants]
        for x in wanted:
            x.requires_grad_()
        rest = [torch.tensor(drawn.labels)] if drawn.labels else []
        g = self.tensor(*drawn.cotangent) if drawn.cotangent else None
        function = getattr(self, operation.function)
        value, gradients = None, None

        def step():
            nonlocal value
            for x in wanted:
                x.grad = None
            value = function(*inputs, *rest)
            value.backward(g)
            return value

        def step_of_hvp():
            nonlocal gradients
            loss = function(*inputs, *rest)
            slopes = torch.autograd.grad(loss, wanted, create_graph=True)
            gradients = torch.autograd.grad(slopes, wanted, inputs[len(wanted) : -1])
            return gradients[0]

        def sums():
            slopes = gradients or [x.grad for x in wanted]
            sizes = {"gradient": sum(float(slope.double().abs().sum()) for slope in slopes)}
            if value is not None:
                share = 1 if g is None else g.double()
                sizes["loss"] = float((value.detach().double() * share).sum())
            return sizes

        return (step_of_hvp if operation.function == "hvp" else step), sums

    def cross_entropy(self, z, labels):
        return self.nn.cross_entropy(z, labels)

    def layer_norm(self, x, weight, bias):
        return self.nn.layer_norm(x, weight.shape, weight, bias)

    def sum_axis_0(self, x):
        return x.sum(0).square().sum()

    def sum_axis_1(self, x):
        return x.sum(1).square().sum()

    def amax_axis_1(self, x):
        return x.amax(1).square().sum()

    def gaussian_mixture(self, means, weights, x):
        offsets = weights.log_softmax(0) - 0.5 * means.square().sum(1)
        return self.nn.linear(x, means, offsets).logsumexp(1).mean()

    def attention(self, q, k, v):
        return self.nn.scaled_dot_product_attention(q, k, v)

    def unrolled_lstm(self, x, weight_x, weight_h, bias):
        h = c = self.torch.zeros(x.shape[1], weight_h.shape[0])
        for x_t in x:
            i, f, g, o = (x_t @ weight_x + h @ weight_h + bias).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
        return h.square().sum()

    def hvp(self, w1, b1, w2, b2, *more):
        images, labels = more[-2:]
        h = self.nn.linear(images, w1, b1).tanh()
        return self.nn.cross_entropy(self.nn.linear(h, w2, b2), labels)


class JaxOperations(PlainOperations):
    def __init__(self, library):
        self.tensor, self.jax, self.jnp = library.tensor, library.jax, library.jnp

    def operation(self, operation, drawn):
        jax, jnp = self.jax, self.jnp
        inputs = [self.tensor(*flat) for flat in drawn.inputs]
        count = len(inputs) - operation.constants
        rest = inputs[count:] + ([jnp.array(drawn.labels)] if drawn.labels else [])
        g = self.tensor(*drawn.cotangent) if drawn.cotangent else jnp.float32(1)
        function = getattr(self, operation.function)
        value, gradients = None, None

        @jax.jit
        def pulled(wanted, rest, g):
            y, pull = jax.vjp(lambda *x: function(*x, *rest), *wanted)
            return y, pull(g)

        @jax.jit
        def product(wanted, rest):
            slopes = jax.grad(lambda x: function(*x, *rest))
            return jax.jvp(slopes, (wanted,), (rest[:count],))[1]

        def step():
            nonlocal value, gradients
            value, gradients = pulled(inputs[:count], rest, g)
            return value

        def step_of_hvp():
            nonlocal gradients
            gradients = product(inputs[:count], rest)
            return gradients[0]

        def sums():
            import numpy

            double = [numpy.asarray(slope, numpy.float64) for slope in gradients]
            sizes = {"gradient": sum(float(abs(slope).sum()) for slope in double)}
            if value is not None:
                sizes["loss"] = float((numpy.asarray(value, numpy.float64) * g).sum())
            return sizes

        return (step_of_hvp if operation.function == "hvp" else step), sums

    def cross_entropy(self, z, labels):
        chosen = self.jnp.take_along_axis(z, labels[:, None], axis=1)[:, 0]
        return self.jnp.mean(self.jax.nn.logsumexp(z, axis=1) - chosen)

    def layer_norm(self, x, weight, bias):
        centered = x - x.mean(1, keepdims=True)
        variance = (centered * centered).mean(1, keepdims=True)
        return centered * self.jax.lax.rsqrt(variance + 1e-5) * weight + bias

    def sum_axis_0(self, x):
        return self.jnp.square(x.sum(0)).sum()

    def sum_axis_1(self, x):
        return self.jnp.square(x.sum(1)).sum()

    def amax_axis_1(self, x):
        return self.jnp.square(x.max(1)).sum()

    def gaussian_mixture(self, means, weights, x):
        offsets = self.jax.nn.log_softmax(weights) - 0.5 * self.jnp.square(means).sum(1)
        return self.jax.nn.logsumexp(x @ means.T + offsets, axis=1).mean()

    def attention(self, q, k, v):
        scores = self.jnp.einsum("hqd,hkd->hqk", q, k) / q.shape[-1] ** 0.5
        return self.jnp.einsum("hqk,hkd->hqd", self.jax.nn.softmax(scores), v)

    def unrolled_lstm(self, x, weight_x, weight_h, bias):
        """By scan: XLA takes minutes to compile a hundred steps."""
        sigmoid, tanh, zeros = self.jax.nn.sigmoid, self.jnp.tanh, self.jnp.zeros

        def step(state, x_t):
            h, c = state
            i, f, g, o = self.jnp.split(x_t @ weight_x + h @ weight_h + bias, 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * tanh(g)
            return (sigmoid(o) * tanh(c), c), None

        shape = (x.shape[1], weight_h.shape[0])
        (h, _), _ = self.jax.lax.scan(step, (zeros(shape), zeros(shape)), x)
        return self.jnp.square(h).sum()

    def hvp(self, w1, b1, w2, b2, *more):
        images, labels = more[-2:]
        h = self.jnp.tanh(images @ w1.T + b1)
        return self.cross_entropy(h @ w2.T + b2, labels)
