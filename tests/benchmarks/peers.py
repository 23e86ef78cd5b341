"""The peers: others who train the same network on the same batches, and we ourselves.

Each is given a `Problem` of two sigmoid layers, squared error and plain SGD, reads its first
numbers and its batches, and then moves its own parameters. Each is written as its own
documentation would have it, without anything that it need not do: nobody computes C. Packages
are loaded when a peer is made, since not every machine has all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from itertools import cycle, islice
from typing import Any, Protocol

import numpy as np

from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.run.training import Runner
from tests.benchmarks.by_hand import Flat, PerSample, batches

__all__ = ["OURS", "PEERS", "Peer", "as_learned_by", "missing", "version"]


class Peer(Protocol):
    """A network in training."""

    def advance(self, updates: int) -> None:
        """Run this many updates."""

    def parameters(self) -> list[Array]:
        """W1, b1, W2, b2 as they are now: (to, from) and (units,)."""


class Ours:
    """What `bpstepper.run` does: the operations of an update, without C."""

    def __init__(self, problem: Problem) -> None:
        self._runner = Runner(problem)
        self.advance = self._runner.advance

    def parameters(self) -> list[Array]:
        """W1, b1, W2, b2: (to, from) and (units,)."""
        found = {symbol.key: value for symbol, value in self._runner.parameters.items()}
        return [found["W1"], found["b1"][:, 0], found["W2"], found["b2"][:, 0]]


class Torch:
    """PyTorch, eager: `nn.Sequential`, a loss, `optim.SGD`."""

    def __init__(self, problem: Problem) -> None:
        torch = import_module("torch")
        torch.set_num_threads(1)
        nn, parts = torch.nn, []
        for layer in problem.network.layers:
            units, before = layer.weights.shape
            linear = nn.Linear(before, units, dtype=torch.float64)
            with torch.no_grad():
                linear.weight.copy_(torch.tensor(layer.weights))
                linear.bias.copy_(torch.tensor(layer.biases))
            parts += [linear, nn.Sigmoid()]
        self._model = nn.Sequential(*parts)
        pairs = batches(problem)
        # the loss's ½ and 1/m are put into η: two operations less, and the same moves
        self._loss = nn.MSELoss(reduction="sum")
        eta = problem.training.learning_rate / 2 / len(pairs[0][0])
        self._optimizer = torch.optim.SGD(self._model.parameters(), lr=eta)
        self._batches = cycle([(torch.tensor(x), torch.tensor(y)) for x, y in pairs])

    def parameters(self) -> list[Array]:
        """W1, b1, W2, b2: (to, from) and (units,)."""
        return [np.asarray(value.detach().numpy()) for value in self._model.parameters()]

    def advance(self, updates: int) -> None:
        """Run this many updates."""
        model, loss, optimizer = self._model, self._loss, self._optimizer
        for x, y in islice(self._batches, updates):
            optimizer.zero_grad()
            loss(model(x), y).backward()
            optimizer.step()


class Jax:
    """JAX: one jitted step, waited for."""

    def __init__(self, problem: Problem) -> None:
        jax = import_module("jax")
        jax.config.update("jax_enable_x64", True)
        numpy, sigmoid = jax.numpy, jax.nn.sigmoid
        pairs = batches(problem)
        eta, samples = problem.training.learning_rate, len(pairs[0][0])

        def cost(parameters: Any, x: Any, y: Any) -> Any:
            w1, b1, w2, b2 = parameters
            a = sigmoid(sigmoid(x @ w1.T + b1) @ w2.T + b2)
            return 0.5 / samples * ((a - y) ** 2).sum()

        def step(parameters: Any, x: Any, y: Any) -> Any:
            slopes = jax.grad(cost)(parameters, x, y)
            return jax.tree.map(lambda p, slope: p - eta * slope, parameters, slopes)

        given = [a for layer in problem.network.layers for a in (layer.weights, layer.biases)]
        self._parameters: Any = [numpy.array(array) for array in given]
        self._batches = cycle([(numpy.array(x), numpy.array(y)) for x, y in pairs])
        self._step, self._wait = jax.jit(step), jax.block_until_ready

    def parameters(self) -> list[Array]:
        """W1, b1, W2, b2: (to, from) and (units,)."""
        return [np.asarray(value) for value in self._parameters]

    def advance(self, updates: int) -> None:
        """Run this many updates."""
        step, wait = self._step, self._wait
        for x, y in islice(self._batches, updates):
            self._parameters = wait(step(self._parameters, x, y))


class ScikitLearn:
    """scikit-learn: `MLPRegressor.partial_fit`, whose outputs are linear; see `as_learned_by`."""

    def __init__(self, problem: Problem) -> None:
        networks = import_module("sklearn.neural_network")
        first, second = problem.network.layers
        pairs = batches(problem)
        self._model: Any = networks.MLPRegressor(
            hidden_layer_sizes=(first.units,),
            activation="logistic",
            solver="sgd",
            learning_rate_init=problem.training.learning_rate,
            momentum=0.0,
            nesterovs_momentum=False,
            alpha=0.0,
            shuffle=False,
        )
        # one output is a vector to it
        given = [(x, y[:, 0] if y.shape[1] == 1 else y) for x, y in pairs]
        self._model.partial_fit(*given[0])  # which draws parameters of its own
        for values, layer in zip(self._model.coefs_, (first, second), strict=True):
            values[:] = layer.weights.T
        for values, layer in zip(self._model.intercepts_, (first, second), strict=True):
            values[:] = layer.biases
        self._batches = cycle(given)

    def parameters(self) -> list[Array]:
        """W1, b1, W2, b2: (to, from) and (units,)."""
        pairs = zip(self._model.coefs_, self._model.intercepts_, strict=True)
        return [np.asarray(array) for w, b in pairs for array in (w.T, b)]

    def advance(self, updates: int) -> None:
        """Run this many updates."""
        partial_fit = self._model.partial_fit
        for x, y in islice(self._batches, updates):
            partial_fit(x, y)


OURS = "run"
PEERS: Mapping[str, Callable[[Problem], Peer]] = {
    OURS: Ours,
    "numpy by hand": Flat,
    "numpy per sample": PerSample,
    "PyTorch": Torch,
    "JAX": Jax,
    "scikit-learn": ScikitLearn,
}
"""Everyone, by the name that a report has for them."""
_NEEDS = {"PyTorch": "torch", "JAX": "jax", "scikit-learn": "sklearn"}


def missing() -> list[str]:
    """Those whose package is not installed."""
    return [name for name, module in _NEEDS.items() if find_spec(module) is None]


def version(name: str) -> str:
    """A peer's name, and the version of the package it needs."""
    return f"{name} {import_module(_NEEDS[name]).__version__}" if name in _NEEDS else name


def as_learned_by(name: str, problem: Problem) -> Problem:
    """The problem as a peer has to have it, to compute the same.

    scikit-learn has no squared error behind a sigmoid: its regression is linear at the output.
    """
    if name != "scikit-learn":
        return problem
    network = problem.network
    last = replace(network.layers[-1], activation="linear")
    return replace(problem, network=replace(network, layers=(*network.layers[:-1], last)))
