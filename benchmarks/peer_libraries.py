"""What peers.py measures: each workload as a user of the library would write it.

Every class makes, from flat arrays of Python floats, functions that run one step and return its
loss or value. `wait` returns when that value has been computed.
"""

LEARNING_RATE = 0.01
ADAM_RATE, BETA1, BETA2, EPSILON = 0.001, 0.9, 0.999, 1e-8
CHAIN_LENGTH = 100


class Torch:
    module = "torch"
    skips = ()  # beginnings of the names of workloads

    def __init__(self, torch):
        self.torch = torch
        self.use_threads(1)
        torch.set_num_interop_threads(1)

    def use_threads(self, count):
        self.torch.set_num_threads(count)

    def prepared(self, function):
        return function

    def tensor(self, flat, shape):
        return self.torch.frombuffer(bytearray(flat), dtype=self.torch.float32).reshape(shape)

    def convolutional(self, training):
        nn = self.torch.nn
        model = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10),
        )
        with self.torch.no_grad():
            for parameter, (flat, shape) in zip(model.parameters(), training.parameters):
                parameter.copy_(self.tensor(flat, shape))
        return self.steps(model, self.torch.optim.Adam(model.parameters()), training)

    def training(self, training):
        nn = self.torch.nn
        layers = []
        for (weight, shape), bias in zip(training.parameters[::2], training.parameters[1::2]):
            layer = nn.Linear(shape[1], shape[0])
            with self.torch.no_grad():
                layer.weight.copy_(self.tensor(weight, shape))
                layer.bias.copy_(self.tensor(*bias))
            layers += [layer, nn.ReLU()]
        model = nn.Sequential(*layers[:-1])
        if training.adam:
            optimizer = self.torch.optim.Adam(model.parameters(), ADAM_RATE)
        else:
            optimizer = self.torch.optim.SGD(model.parameters(), LEARNING_RATE)
        return self.steps(model, optimizer, training)

    def steps(self, model, optimizer, training):
        cross_entropy = self.torch.nn.functional.cross_entropy
        images = self.tensor(*training.images)
        labels = self.torch.tensor(training.labels)
        compute = self.prepared(lambda: cross_entropy(model(images), labels))

        def step():
            optimizer.zero_grad()
            loss = compute()
            loss.backward()
            optimizer.step()
            return loss

        return step

    def formula(self, flat):
        torch = self.torch
        x = self.tensor(flat, (len(flat),)).requires_grad_()
        compute = self.prepared(
            lambda: (torch.tanh(x) * torch.exp(-x * x) + torch.relu(x) / (1 + x * x)).sum()
        )

        def step():
            x.grad = None
            value = compute()
            value.backward()
            return value

        return step

    def scalar_chain(self):
        x = self.torch.tensor(1.0, requires_grad=True)

        def step():
            x.grad = None
            y = x
            for _ in range(CHAIN_LENGTH):
                y = y * 1.01
            y.backward()
            return y

        return step

    def wait(self, value):
        pass


class TorchCompiled(Torch):
    """Loss and formula by torch.compile, which takes its time: few workloads."""

    skips = ("depth_", "width_", "scalar_", "conv_")

    def prepared(self, function):
        return self.torch.compile(function, dynamic=False)


class Jax:
    module = "jax"
    skips = ()

    def __init__(self, jax):
        import jax.numpy

        self.jax = jax
        self.jnp = jax.numpy

    def tensor(self, flat, shape):
        return self.jnp.array(memoryview(flat), dtype=self.jnp.float32).reshape(shape)

    def training(self, training):
        jax, jnp = self.jax, self.jnp
        images = self.tensor(*training.images)
        labels = jnp.array(training.labels)
        parameters = [self.tensor(*parameter) for parameter in training.parameters]

        def loss(parameters, images, labels):
            h = images
            for k in range(0, len(parameters), 2):
                h = h @ parameters[k].T + parameters[k + 1]
                if k + 2 < len(parameters):
                    h = jax.nn.relu(h)
            chosen = jnp.take_along_axis(h, labels[:, None], axis=1)[:, 0]
            return jnp.mean(jax.nn.logsumexp(h, axis=1) - chosen)

        def update(parameters, images, labels):
            value, gradients = jax.value_and_grad(loss)(parameters, images, labels)
            return value, [p - LEARNING_RATE * g for p, g in zip(parameters, gradients)]

        def update_by_adam(state, images, labels):
            parameters, first, second, count = state
            value, gradients = jax.value_and_grad(loss)(parameters, images, labels)
            count += 1
            first = [BETA1 * m + (1 - BETA1) * g for m, g in zip(first, gradients)]
            second = [BETA2 * v + (1 - BETA2) * g * g for v, g in zip(second, gradients)]
            rate, scale = ADAM_RATE / (1 - BETA1**count), 1 / jnp.sqrt(1 - BETA2**count)
            parameters = [
                p - rate * m / (jnp.sqrt(v) * scale + EPSILON)
                for p, m, v in zip(parameters, first, second)
            ]
            return value, (parameters, first, second, count)

        state = parameters
        if training.adam:
            first, second = ([jnp.zeros_like(p) for p in parameters] for _ in range(2))
            state = (parameters, first, second, jnp.float32(0))
        compiled = jax.jit(update_by_adam if training.adam else update, donate_argnums=0)

        def step():
            nonlocal state
            value, state = compiled(state, images, labels)
            return value

        return step

    def formula(self, flat):
        jnp = self.jnp
        x = self.tensor(flat, (len(flat),))
        compiled = self.jax.jit(
            self.jax.value_and_grad(
                lambda x: jnp.sum(
                    jnp.tanh(x) * jnp.exp(-x * x) + self.jax.nn.relu(x) / (1 + x * x)
                )
            )
        )
        return lambda: compiled(x)[0]

    def scalar_chain(self):
        def chain(y):
            for _ in range(CHAIN_LENGTH):
                y = y * 1.01
            return y

        compiled = self.jax.jit(self.jax.value_and_grad(chain))
        x = self.jnp.float32(1)
        return lambda: compiled(x)[0]

    def wait(self, value):
        value.block_until_ready()


class Numpy:
    module = "numpy"
    skips = ()

    def __init__(self, numpy):
        self.np = numpy

    def tensor(self, flat, shape):
        return self.np.array(flat, dtype=self.np.float32).reshape(shape)

    def training(self, training):
        np = self.np
        parameters = [self.tensor(*parameter) for parameter in training.parameters]
        weights, biases = parameters[::2], parameters[1::2]
        images = self.tensor(*training.images)
        labels = np.array(training.labels)
        rows = np.arange(training.batch)
        last = len(weights) - 1
        rate = np.float32(LEARNING_RATE)
        moments = [(np.zeros_like(p), np.zeros_like(p)) for p in parameters]
        count = 0

        def adam(parameter, gradient, first, second):
            first *= np.float32(BETA1)
            first += np.float32(1 - BETA1) * gradient
            second *= np.float32(BETA2)
            second += np.float32(1 - BETA2) * gradient * gradient
            scale = np.float32((1 - BETA2**count) ** -0.5)
            change = first / (np.sqrt(second) * scale + np.float32(EPSILON))
            change *= np.float32(ADAM_RATE / (1 - BETA1**count))
            parameter -= change

        def step():
            nonlocal count
            count += 1
            inputs = [images]
            for k in range(last):
                z = inputs[k] @ weights[k].T
                z += biases[k]
                inputs.append(np.maximum(z, 0, out=z))
            logits = inputs[last] @ weights[last].T
            logits += biases[last]
            logits -= logits.max(axis=1, keepdims=True)
            g = np.exp(logits)
            total = g.sum(axis=1, keepdims=True)
            loss = np.mean(np.log(total[:, 0]) - logits[rows, labels])
            g /= total
            g[rows, labels] -= 1
            g /= np.float32(training.batch)
            gradients = []
            for k in range(last, -1, -1):
                gradients.append((g.T @ inputs[k], g.sum(axis=0)))
                if k > 0:
                    g = g @ weights[k]
                    g *= inputs[k] > 0
            for k, (weight_gradient, bias_gradient) in zip(range(last, -1, -1), gradients):
                if training.adam:
                    adam(weights[k], weight_gradient, *moments[2 * k])
                    adam(biases[k], bias_gradient, *moments[2 * k + 1])
                    continue
                weight_gradient *= rate
                bias_gradient *= rate
                weights[k] -= weight_gradient
                biases[k] -= bias_gradient
            return loss

        return step

    def formula(self, flat):
        np = self.np
        x = self.tensor(flat, (len(flat),))

        def step():
            t, e, r, q = np.tanh(x), np.exp(-x * x), np.maximum(x, 0), 1 / (1 + x * x)
            value = np.sum(t * e + r * q)
            positive = x > 0
            self.gradient = (1 - t * t) * e - 2 * x * t * e + positive * q - 2 * x * r * q * q
            return value

        return step

    def scalar_chain(self):
        factor = self.np.float32(1.01)

        def step():
            y = self.np.float32(1)
            for _ in range(CHAIN_LENGTH):
                y = y * factor
            g = self.np.float32(1)
            for _ in range(CHAIN_LENGTH):
                g = g * factor
            return y

        return step

    def wait(self, value):
        pass
