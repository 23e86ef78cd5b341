"""Independent answers: the same numbers from PyTorch's autograd, and how far two arrays are apart.

Nothing here knows how the engine computes anything. The forward pass is written a second time,
with torch's own functions and losses where it has them; every derivative is autograd's. Arrays
are compared in one orientation, samples in rows and weights (to, from), whatever the layout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from bpstepper.engine.layouts import LAYOUTS
from bpstepper.engine.network import Array, Problem

__all__ = ["distance", "one_way", "said_by_torch", "trained_by_torch"]

_OF_WEIGHTS = ("W", "grad_W", "step_W", "l2_W")


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
    if key.startswith(_OF_WEIGHTS):
        flipped = layout.weight_axes != ("to", "from")
    else:
        flipped = layout.units_axis == 0
    return value.T if flipped else value


def _torch() -> Any:
    return pytest.importorskip("torch")


def _functions(torch: Any) -> dict[str, Callable[[Any], Any]]:
    f = torch.nn.functional
    return {
        "linear": lambda z: z * 1.0,  # a tensor of its own, so that z and a have their gradients
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": f.relu,
        "leaky_relu": lambda z: f.leaky_relu(z, 0.01),
        # torch's softplus is z itself beyond a threshold; at 40 the difference is below rounding
        "softplus": lambda z: f.softplus(z, threshold=40.0),
        "silu": f.silu,
        "gelu": f.gelu,
        "softmax": lambda z: f.softmax(z, dim=1),
    }


def _losses(torch: Any) -> dict[str, Callable[[Any, Any, Any], Any]]:
    """Each loss from (z, a, y), added up over everything."""
    f = torch.nn.functional
    return {
        "squared_error": lambda _z, a, y: f.mse_loss(a, y, reduction="sum"),
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


class _Forward:
    """One forward pass in torch, every intermediate kept."""

    def __init__(
        self, torch: Any, problem: Problem, parameters: Sequence[Any], samples: Sequence[int]
    ) -> None:
        loss = problem.loss
        chosen = [problem.samples[index] for index in samples]
        self.x = torch.tensor(np.array([sample.input for sample in chosen]), requires_grad=True)
        self.z: list[Any] = []
        self.a: list[Any] = [self.x]
        functions = _functions(torch)
        for layer, (weights, biases) in zip(
            problem.network.layers, zip(parameters[::2], parameters[1::2], strict=True), strict=True
        ):
            self.z.append(torch.nn.functional.linear(self.a[-1], weights, biases))
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
        self.penalty = decay / 2 * sum((weights**2).sum() for weights in parameters[::2])
        self.cost = self.data + self.penalty


def _parameters(torch: Any, problem: Problem) -> list[Any]:
    """W and b of each layer in turn, as leaves."""
    return [
        torch.tensor(np.array(given), requires_grad=True)
        for layer in problem.network.layers
        for given in (layer.weights, layer.biases)
    ]


def _by_unit(torch: Any, a: Any, z: Any) -> Array:
    """∂a/∂z of each sample, (m, n, n)."""
    rows = [
        torch.autograd.grad(a[:, unit].sum(), z, retain_graph=True)[0] for unit in range(a.shape[1])
    ]
    return np.asarray(torch.stack(rows, dim=1).numpy())


def said_by_torch(problem: Problem, samples: Sequence[int]) -> dict[str, Array]:
    """Every public symbol of the first update, as autograd has it, in torch's orientation."""
    torch = _torch()
    parameters = _parameters(torch, problem)
    forward = _Forward(torch, problem, parameters, samples)
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
        for kind, parameter in zip("Wb", parameters[2 * layer - 2 : 2 * layer], strict=True):
            gradient = slope(forward.cost, parameter)
            said |= {f"{kind}{layer}": parameter, f"grad_{kind}{layer}": gradient}
            if kind == "W" or problem.network.layer(layer).train_biases:
                moved = parameter.detach().numpy() - problem.training.learning_rate * gradient
                said[f"{kind}{layer}_next"] = moved
    arrays = {
        key: np.asarray(value if isinstance(value, np.ndarray) else value.detach().numpy())
        for key, value in said.items()
    }
    return {key: value[None] if value.ndim == 1 else value for key, value in arrays.items()}


def trained_by_torch(
    problem: Problem, batches: Sequence[Sequence[int]]
) -> tuple[Mapping[str, Array], list[float]]:
    """W and b after torch's own SGD over these batches, and the cost of each before it moved."""
    torch = _torch()
    parameters = _parameters(torch, problem)
    trained = [
        parameter
        for layer, pair in zip(
            problem.network.layers, zip(parameters[::2], parameters[1::2], strict=True), strict=True
        )
        for parameter in (pair if layer.train_biases else pair[:1])
    ]
    optimizer = torch.optim.SGD(trained, lr=problem.training.learning_rate)
    costs = []
    for samples in batches:
        optimizer.zero_grad()
        cost = _Forward(torch, problem, parameters, samples).cost
        cost.backward()
        costs.append(float(cost.detach()))
        optimizer.step()
    after = {}
    for index, parameter in enumerate(parameters):
        value = np.asarray(parameter.detach().numpy())
        key = f"{'Wb'[index % 2]}{index // 2 + 1}"
        after[key] = value[None] if value.ndim == 1 else value
    return after, costs
