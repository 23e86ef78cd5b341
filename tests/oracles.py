"""Independent answers: the same numbers from PyTorch's autograd and optimizers, and distances.

Nothing here knows how the engine computes anything. The forward pass is written a second time,
with torch's own functions and losses where it has them; every derivative is autograd's, every move
`torch.optim`'s. Arrays are compared in one orientation, samples in rows and weights (to, from),
whatever the layout; what is folded is [b W].
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from bpstepper.engine.compile.network import Array, Problem
from bpstepper.engine.tables.layouts import LAYOUTS

__all__ = [
    "ROUNDING",
    "Trained",
    "distance",
    "off",
    "one_way",
    "rounding_of",
    "said_by_torch",
    "slopes_by_torch",
    "trained_by_torch",
]

_OF_WEIGHTS = re.compile(r"(.+_)?Wb?\d+(_next|_data|_frozen)?")
ROUNDING = 1e-14  # what is left where the true value is 0: a few last places of numbers near 1


def distance(first: Array, second: Array) -> float:
    """‖first − second‖ / the larger norm; 0 where both are 0, infinite where one has a NaN."""
    if first.shape != second.shape or not np.array_equal(np.isnan(first), np.isnan(second)):
        return float("inf")
    scale = max(float(np.linalg.norm(first)), float(np.linalg.norm(second)))
    return float(np.linalg.norm(first - second)) / scale if scale else 0.0


def one_way(problem: Problem, key: str, value: Array) -> Array:
    """A value of any layout as the torch layout has it: (m, n), (to, from), (1, n)."""
    layout = LAYOUTS[problem.network.layout]
    if value.ndim != 2:
        return value
    if _OF_WEIGHTS.fullmatch(key):
        flipped = layout.weight_axes != ("to", "from")
    else:
        flipped = layout.units_axis == 0
    return value.T if flipped else value


def off(key: str, ours: Array, theirs: Array, rounding: float = ROUNDING) -> float:
    """How far a quantity is from what it should be: `distance`, but 0 below what rounding leaves.

    Mean squares are held to it by their roots: rounding is in proportion to the gradient.
    """
    if key.startswith("v_"):
        ours, theirs = np.sqrt(ours), np.sqrt(theirs)
    if np.linalg.norm(ours - theirs) <= rounding:
        return 0.0
    return distance(ours, theirs)


def rounding_of(
    problem: Problem, compute: Callable[[Problem], Mapping[str, Array]]
) -> dict[str, float]:
    """What rounding may do to each quantity: ten times what nudging the problem's numbers does.

    A nudge is of 10⁻¹³, and so 10⁻¹² of the result where nothing is wrong. It is much where terms
    cancel, and where an optimizer divides a gradient by its own size and the gradient is nothing
    but what rounding left of a true 0.
    """
    ours, found = compute(problem), dict[str, float]()
    with np.errstate(all="ignore"):
        shaken = compute(_nudged(problem))
        for key, value in ours.items():
            found[key] = max(ROUNDING, 10 * float(np.linalg.norm(value - shaken[key])))
    return found


def _nudged(problem: Problem) -> Problem:
    """The same problem with every weight, bias, input and target moved by a little."""
    rng = np.random.default_rng(0)

    def nudge(values: Array) -> Array:
        return np.asarray(values * (1 + 1e-13 * rng.normal(size=values.shape)))

    def nudged_target(y: Array | None) -> Array | None:
        shares = y is not None and bool(((y >= 0) & (y <= 1)).all())
        return None if y is None else np.clip(nudge(y), 0, 1) if shares else nudge(y)

    network = problem.network
    layers = tuple(
        replace(layer, weights=nudge(layer.weights), biases=nudge(layer.biases))
        for layer in network.layers
    )
    samples = tuple(
        replace(sample, input=nudge(sample.input), target=nudged_target(sample.target))
        for sample in problem.samples
    )
    return replace(problem, network=replace(network, layers=layers), samples=samples)


def _torch() -> Any:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    return torch


def _functions(torch: Any) -> dict[str, Callable[[Any], Any]]:
    """Each activation in a form whose derivative autograd takes without losing digits.

    Torch's own sigmoid and tanh are differentiated as a(1 − a) and 1 − a², which have few digits
    where a unit is saturated, and its gelu takes 1 + erf; `slopes_by_torch` are its own.
    """
    f = torch.nn.functional

    def sigmoid(z: Any) -> Any:
        e = torch.exp(-torch.abs(z))
        return torch.where(z >= 0, 1 / (1 + e), e / (1 + e))

    def tanh(z: Any) -> Any:
        e = torch.exp(torch.where(z >= 0, -2 * z, 2 * z))
        return torch.where(z >= 0, 1.0, -1.0) * (1 - e) / (1 + e)

    return {
        "linear": lambda z: z * 1.0,  # a tensor of its own, so that z and a have their gradients
        "sigmoid": sigmoid,
        "tanh": tanh,
        "relu": f.relu,
        "leaky_relu": lambda z: f.leaky_relu(z, 0.01),
        "elu": lambda z: torch.where(z > 0, z, torch.expm1(torch.clamp(z, max=0.0))),
        # torch's softplus is z itself beyond a threshold; at 40 the difference is below rounding
        "softplus": lambda z: f.softplus(z, threshold=40.0),
        "silu": lambda z: z * sigmoid(z),
        "gelu": lambda z: z * 0.5 * torch.erfc(-z * 0.5**0.5),
        "softmax": lambda z: f.softmax(z, dim=1),
    }


def slopes_by_torch(name: str, points: Array) -> tuple[Array, Array]:
    """An activation as torch itself has it, and its derivative, at points other than kinks."""
    torch = _torch()
    f = torch.nn.functional
    own = {
        "elu": f.elu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "silu": f.silu,
        "gelu": f.gelu,
    }
    z = torch.tensor(points, requires_grad=True)
    a = own.get(name, _functions(torch)[name])(z)
    a.sum().backward()
    return np.asarray(a.detach().numpy()), np.asarray(z.grad.numpy())


def _losses(torch: Any) -> dict[str, Callable[[Any, Any, Any], Any]]:
    """Each loss from (z, a, y), added up over everything."""
    f = torch.nn.functional
    return {
        "squared_error": lambda _z, a, y: f.mse_loss(a, y, reduction="sum"),
        "huber": lambda _z, a, y: f.huber_loss(a, y, reduction="sum"),
        "binary_cross_entropy": lambda z, _a, y: f.binary_cross_entropy_with_logits(
            z, y, reduction="sum"
        ),
        "categorical_cross_entropy": lambda z, _a, y: f.cross_entropy(z, y, reduction="sum"),
        "output": lambda _z, a, y: (a * y).sum(),
    }


def _losses_from_outputs(torch: Any) -> dict[str, Callable[[Any, Any], Any]]:
    """The cross-entropies from (a, y) alone, as the general path reads them."""
    return {
        # torch's own binary_cross_entropy clamps a near 0 and 1, and so does its gradient
        "binary_cross_entropy": lambda a, y: -(y * torch.log(a) + (1 - y) * torch.log1p(-a)).sum(),
        "categorical_cross_entropy": lambda a, y: -(y * torch.log(a)).sum(),
    }


def _optimizer(torch: Any, problem: Problem, moved: Sequence[Any]) -> Any:
    """The `torch.optim` of a problem; constants that are not given are torch's own defaults."""
    training = problem.training
    given = {"lr": training.learning_rate, **training.constants}
    if training.optimizer in ("momentum", "nesterov"):
        given.setdefault("momentum", 0.9)  # where torch's default is none
        given["nesterov"] = training.optimizer == "nesterov" and given["momentum"] > 0
    classes = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "rmsprop": torch.optim.RMSprop}
    return classes.get(training.optimizer, torch.optim.SGD)(moved, **given)


_STATES: dict[str, dict[str, str]] = {
    "sgd": {},
    "momentum": {"m": "momentum_buffer"},
    "nesterov": {"m": "momentum_buffer"},
    "rmsprop": {"v": "square_avg"},
    "adam": {"m": "exp_avg", "v": "exp_avg_sq"},
    "adamw": {"m": "exp_avg", "v": "exp_avg_sq"},
}
"""Our state → what torch calls it."""


class _Leaves:
    """The parameters of a network as leaves of autograd, by our keys: W1 and b1, or Wb1; x.

    Attributes:
        by_key: every parameter.
        moved: the keys of those that an update moves.
        fixed: the keys whose first column, the biases, is moved no more than its gradient is 0.
    """

    def __init__(self, torch: Any, problem: Problem, samples: Sequence[int]) -> None:
        self._torch = torch
        self.by_key: dict[str, Any] = {}
        self.moved: list[str] = []
        self.fixed: list[str] = []
        for number, layer in enumerate(problem.network.layers, start=1):
            if problem.network.bias == "folded":
                given = {"Wb": np.hstack((layer.biases[:, None], layer.weights))}
                trained = ["Wb"]
                self.fixed += [] if layer.train_biases else [f"Wb{number}"]
            else:
                given = {"W": np.array(layer.weights), "b": np.array(layer.biases)}
                trained = ["W", "b"] if layer.train_biases else ["W"]
            self.by_key |= {f"{kind}{number}": self._leaf(value) for kind, value in given.items()}
            self.moved += [f"{kind}{number}" for kind in trained]
        self.x = self._leaf(np.array([problem.samples[index].input for index in samples]))
        if problem.training.train == "input":
            self.by_key["x"] = self.x
            self.moved = ["x"]

    def _leaf(self, value: Array) -> Any:
        return self._torch.tensor(value, requires_grad=True)

    def weights(self, layer: int) -> Any:
        """W, (to, from)."""
        folded = self.by_key.get(f"Wb{layer}")
        return self.by_key[f"W{layer}"] if folded is None else folded[:, 1:]

    def weighted(self, layer: int, a: Any) -> Any:
        """The weighted inputs of a layer fed with a."""
        folded = self.by_key.get(f"Wb{layer}")
        if folded is None:
            return self._torch.nn.functional.linear(
                a, self.by_key[f"W{layer}"], self.by_key[f"b{layer}"]
            )
        ones = self._torch.ones((len(a), 1), dtype=a.dtype)
        return self._torch.cat((ones, a), dim=1) @ folded.T


class _Forward:
    """One forward pass in torch, every intermediate kept."""

    def __init__(
        self, torch: Any, problem: Problem, leaves: _Leaves, samples: Sequence[int]
    ) -> None:
        loss = problem.loss
        chosen = [problem.samples[index] for index in samples]
        if "x" in leaves.by_key:
            self.x = leaves.x
        else:
            self.x = torch.tensor(np.array([sample.input for sample in chosen]), requires_grad=True)
        self.z: list[Any] = []
        self.a: list[Any] = [self.x]
        functions = _functions(torch)
        for number, layer in enumerate(problem.network.layers, start=1):
            self.z.append(leaves.weighted(number, self.a[-1]))
            self.a.append(functions[layer.activation](self.z[-1]))
        if loss.name == "output":
            counted = np.zeros((len(chosen), problem.network.sizes[-1]))
            counted[:, slice(None) if loss.unit is None else [loss.unit - 1]] = 1.0
            self.y = torch.tensor(counted)
        else:
            self.y = torch.tensor(np.array([sample.target for sample in chosen]))
        m, n = self.y.shape
        self.scale = loss.factor
        self.scale /= m if loss.samples == "mean" else 1
        self.scale /= n if loss.outputs == "mean" else 1
        self.data = self.scale * _losses(torch)[loss.name](self.z[-1], self.a[-1], self.y)
        decay = loss.l2 / (m if loss.samples == "mean" else 1)
        layers = range(1, problem.network.depth + 1)
        self.penalty = decay / 2 * sum((leaves.weights(number) ** 2).sum() for number in layers)
        self.cost = self.data + self.penalty


def _by_unit(torch: Any, a: Any, z: Any) -> Array:
    """∂a/∂z of each sample, (m, n, n)."""
    rows = [
        torch.autograd.grad(a[:, unit].sum(), z, retain_graph=True)[0] for unit in range(a.shape[1])
    ]
    return np.asarray(torch.stack(rows, dim=1).numpy())


def _array(value: Any) -> Array:
    """A tensor or an array as an array; a vector as one row."""
    found = np.array(value if isinstance(value, np.ndarray) else value.detach().numpy())
    return found[None] if found.ndim == 1 else found


def _apart(key: str, value: Array) -> dict[str, Array]:
    """A quantity of Wb with those of W and b beside it."""
    found = {key: value}
    if key.startswith(("Wb", "grad_Wb")):
        found[key.replace("Wb", "W")] = value[:, 1:]
        found[key.replace("Wb", "b")] = value[:, :1].T
    return found


def said_by_torch(problem: Problem, samples: Sequence[int]) -> dict[str, Array]:
    """Every public symbol of the first update, as autograd has it, in torch's orientation."""
    torch = _torch()
    leaves = _Leaves(torch, problem, samples)
    forward = _Forward(torch, problem, leaves, samples)
    depth = problem.network.depth

    def slope(of: Any, by: Any) -> Array:
        found = torch.autograd.grad(of, by, retain_graph=True, allow_unused=True)[0]
        return np.zeros(by.shape) if found is None else np.asarray(found.numpy())

    said: dict[str, Any] = {
        "x": forward.x,
        "y": forward.y,
        "C": forward.cost,
        "grad_x": slope(forward.data, forward.x),
    }
    if problem.loss.l2:
        said |= {"C_data": forward.data, "C_l2": forward.penalty}
    for layer in range(1, depth + 1):
        z, a = forward.z[layer - 1], forward.a[layer]
        said |= {f"z{layer}": z, f"a{layer}": a, f"delta{layer}": slope(forward.data, z)}
        if problem.network.layer(layer).activation == "softmax":
            said[f"jacobian{layer}"] = _by_unit(torch, a, z)
        else:
            said[f"slope{layer}"] = slope(a.sum(), z)
        by_a = forward.data
        from_outputs = _losses_from_outputs(torch).get(problem.loss.name)
        if layer == depth and from_outputs is not None:
            outputs = a.detach().requires_grad_()
            by_a, a = forward.scale * from_outputs(outputs, forward.y), outputs
        said[f"grad_a{layer}"] = slope(by_a, a)
    for key, parameter in leaves.by_key.items():
        if key != "x":
            said |= _apart(key, _array(parameter))
            said |= _apart(f"grad_{key}", _array(slope(forward.cost, parameter)))
    after = trained_by_torch(problem, [samples])
    moved = set(leaves.moved).union(after.states)
    moved |= {part for key in leaves.moved for part in _apart(key, np.zeros((1, 1)))}
    said |= {f"{key}_next": value for key, value in after.everything.items() if key in moved}
    return {key: _array(value) for key, value in said.items()}


@dataclass(frozen=True)
class Trained:
    """What torch has after some updates, in its own orientation.

    Attributes:
        parameters: W and b; Wb with W and b beside it; x where it is what moves.
        states: the optimizer's state by our keys, Adam's powers of β among it.
        costs: C of each batch before it moved.
    """

    parameters: Mapping[str, Array]
    states: Mapping[str, Array]
    costs: Sequence[float]

    @property
    def everything(self) -> dict[str, Array]:
        """Parameters and states."""
        return {**self.parameters, **self.states}


def trained_by_torch(problem: Problem, batches: Sequence[Sequence[int]]) -> Trained:
    """What torch's own optimizer makes of these batches."""
    torch = _torch()
    leaves = _Leaves(torch, problem, batches[0])
    optimizer = _optimizer(torch, problem, [leaves.by_key[key] for key in leaves.moved])
    costs = []
    for samples in batches:
        optimizer.zero_grad()
        cost = _Forward(torch, problem, leaves, samples).cost
        cost.backward()
        for key in leaves.fixed:
            leaves.by_key[key].grad[:, 0] = 0.0
        costs.append(float(cost.detach()))
        kept = {key: leaves.by_key[key].detach()[:, 0].clone() for key in leaves.fixed}
        optimizer.step()
        with torch.no_grad():  # weight decay moves what has no gradient, too
            for key, column in kept.items():
                leaves.by_key[key][:, 0] = column
    parameters: dict[str, Array] = {}
    for key, parameter in leaves.by_key.items():
        parameters |= _apart(key, _array(parameter))
    return Trained(parameters, _states(problem, optimizer, leaves, len(batches)), costs)


def _states(problem: Problem, optimizer: Any, leaves: _Leaves, updates: int) -> dict[str, Array]:
    """The optimizer's state by our keys."""
    training = problem.training
    states = {
        f"{ours}_{key}": _array(optimizer.state[leaves.by_key[key]][theirs])
        for key in leaves.moved
        for ours, theirs in _STATES[training.optimizer].items()
    }
    if training.optimizer == "adam":
        for number, beta in enumerate(optimizer.defaults["betas"], start=1):
            states[f"beta{number}_t"] = np.array(beta**updates)
    elif training.optimizer == "momentum" and optimizer.defaults["dampening"]:
        states["undamped"] = np.array(1 - optimizer.defaults["dampening"])
    return states
