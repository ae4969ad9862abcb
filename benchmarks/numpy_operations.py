"""The workloads of operations.cpp in NumPy, with gradients by hand, for the operations alone.

Functions take the inputs in order, then labels or the cotangent where there are any, and return the
value and the gradients.
"""


class NumpyOperations:
    def __init__(self, library):
        self.tensor, self.np = library.tensor, library.np

    def operation(self, operation, drawn):
        function = getattr(self, operation.function, None)
        if function is None:
            return None
        inputs = [self.tensor(*flat) for flat in drawn.inputs]
        if drawn.labels:
            inputs.append(self.np.array(drawn.labels))
        g = self.tensor(*drawn.cotangent) if drawn.cotangent else None
        rest = [] if g is None else [g]
        value, gradients = None, None

        def step():
            nonlocal value, gradients
            value, *gradients = function(*inputs, *rest)
            return value

        def sums():
            share = self.np.float64(1) if g is None else g.astype(float)
            return {
                "gradient": sum(float(abs(slope.astype(float)).sum()) for slope in gradients),
                "loss": float((value * share).sum()),
            }

        return step, sums

    def cross_entropy(self, z, labels):
        np = self.np
        rows = np.arange(len(z))
        shifted = z - z.max(axis=1, keepdims=True)
        chosen = shifted[rows, labels]
        g = np.exp(shifted, out=shifted)
        total = g.sum(axis=1, keepdims=True)
        g *= 1 / (total * np.float32(len(z)))
        g[rows, labels] -= np.float32(1 / len(z))
        return np.mean(np.log(total[:, 0]) - chosen), g

    def layer_norm(self, x, weight, bias, g):
        np = self.np
        h = x - x.mean(axis=1, keepdims=True)
        scale = 1 / np.sqrt((h * h).mean(axis=1, keepdims=True) + np.float32(1e-5))
        h *= scale
        u = g * weight
        slope = u - u.mean(axis=1, keepdims=True) - h * (u * h).mean(axis=1, keepdims=True)
        slope *= scale
        return h * weight + bias, slope, (g * h).sum(axis=0), g.sum(axis=0)

    def multiply(self, x, y, g):
        axis = 0 if y.shape[0] == 1 else 1
        return x * y, g * y, (g * x).sum(axis=axis, keepdims=True)

    def broadcast(self, x, column, row):
        s = x + column
        slope = s * row
        squares = s * s
        value = (squares * row).sum()
        slope *= 2
        return value, slope, slope.sum(axis=1, keepdims=True), squares.sum(axis=0, keepdims=True)

    def sum_axis_0(self, x):
        s = x.sum(axis=0)
        return (s * s).sum(), self.np.broadcast_to(2 * s, x.shape).copy()

    def sum_axis_1(self, x):
        s = x.sum(axis=1, keepdims=True)
        return (s * s).sum(), self.np.broadcast_to(2 * s, x.shape).copy()

    def amax_axis_1(self, x):
        at = x.argmax(axis=1)[:, None]
        top = self.np.take_along_axis(x, at, axis=1)
        g = self.np.zeros_like(x)
        self.np.put_along_axis(g, at, 2 * top, axis=1)
        return (top * top).sum(), g

    def gaussian_mixture(self, means, weights, x):
        np = self.np
        e = np.exp(weights - weights.max())
        shares = e / e.sum()
        scores = x @ means.T
        scores += np.log(shares) - np.float32(0.5) * (means * means).sum(axis=1)
        top = scores.max(axis=1, keepdims=True)
        scores -= top
        g = np.exp(scores, out=scores)
        total = g.sum(axis=1, keepdims=True)
        value = np.mean(np.log(total) + top)
        g /= total * np.float32(len(x))
        columns = g.sum(axis=0)
        return value, g.T @ x - columns[:, None] * means, columns - shares
