"""The moves of an update: what an optimizer's rules become as operations.

The rules stand in `optimizers`, with words such as `parameter` and `gradient`; here they are
written for each parameter in turn, after every gradient is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bpstepper.engine.compile.builder import ProgramBuilder
from bpstepper.engine.ops.algebra import ALGEBRA
from bpstepper.engine.symbols import KINDS, Name, Symbol, gradient_of
from bpstepper.engine.tables.optimizers import OPTIMIZERS, Optimizer, Rule

__all__ = ["move_input", "move_parameters"]


def move_parameters(builder: ProgramBuilder) -> None:
    """Write the update of every trained parameter, layer by layer."""
    _Mover(builder).once()
    for number, layer in enumerate(builder.network.layers, start=1):
        row, trained = builder.kind(number), layer.trained
        if builder.folded and row.whole:
            _move_folded(builder, Symbol(row.whole, number), len(trained) == len(row.parameters))
            continue
        for spec in trained:
            _move(builder, Symbol(spec.kind, number))


def _move(builder: ProgramBuilder, parameter: Symbol) -> None:
    gradient = gradient_of(parameter)
    assert gradient is not None  # every parameter has one
    _Mover(builder).move(parameter, gradient, gradient)


def _move_folded(builder: ProgramBuilder, whole: Symbol, all_trained: bool) -> None:
    """Weights and biases move as one matrix; biases that are not trained have their column at 0."""
    gradient = named = gradient_of(whole)
    assert named is not None  # every parameter has one
    assert gradient is not None
    mover, moving = _Mover(builder), whole
    if not all_trained:
        equation = builder.equation("frozen_biases", whole.layer)
        masked = next(kind for kind, row in KINDS.items() if row.masks == named.kind)
        gradient = Symbol(masked, whole.layer)
        kernel = ALGEBRA["without_bias"]
        builder.op(equation, kernel, (named,), gradient, axis=builder.from_axis)
        if mover.decays:
            moving = Symbol("moving", whole.layer, whole.kind)
            builder.op(equation, kernel, (whole,), moving, axis=builder.from_axis)
    mover.move(whole, gradient, named, moving)


def move_input(builder: ProgramBuilder) -> None:
    """Write the update of the inputs; the weights stay."""
    _Mover(builder).once()
    _move(builder, Symbol("x"))


class _Mover:
    """Writes an optimizer's rules."""

    def __init__(self, builder: ProgramBuilder) -> None:
        training = builder.problem.training
        self._builder = builder
        self._optimizer: Optimizer = OPTIMIZERS[training.optimizer]
        self._constants = training.hyperparameters

    @property
    def decays(self) -> bool:
        """Whether parameters move without a gradient, too."""
        rules = self._optimizer.rules(self._constants)
        return any("moving" in stage.operands for rule in rules for stage in rule.stages)

    def once(self) -> None:
        """The equations that are worked out once an update."""
        rules = self._optimizer.step_rules(self._constants)
        if not rules:
            return
        for kind in self._optimizer.step_state:
            self._builder.declare(Symbol(kind), ())
            self._builder.updates[Symbol(f"{kind}_next")] = Symbol(kind)
        for rule in rules:
            self._write(rule, Symbol, None, {})

    def move(
        self, parameter: Symbol, gradient: Symbol, named: Symbol, moving: Symbol | None = None
    ) -> None:
        """The equations for one parameter; `named` is how its gradient is written."""
        builder, layer, tag = self._builder, parameter.layer, parameter.kind
        given = {
            "parameter": parameter,
            "gradient": gradient,
            "moving": moving or parameter,
            "next": Symbol(f"{parameter.kind}_next", layer),
            "step": Symbol(f"step_{parameter.kind}", layer),
        }
        axes = builder.axes[parameter]

        def meant(kind: str) -> Symbol:
            shared = Symbol(kind)
            if kind in given:
                return given[kind]
            return shared if shared in builder.axes else Symbol(kind, layer, tag)

        for kind in self._optimizer.state:
            builder.declare(Symbol(kind, layer, tag), axes)
            builder.updates[Symbol(f"{kind}_next", layer, tag)] = Symbol(kind, layer, tag)
        names = {"p": builder.spelled(parameter), "grad_p": builder.spelled(named)}
        for rule in self._optimizer.rules(self._constants):
            self._write(rule, meant, layer, names)
        builder.updates[given["next"]] = parameter

    def _write(
        self,
        rule: Rule,
        meant: Callable[[str], Symbol],
        layer: int | None,
        names: Mapping[str, Name],
    ) -> None:
        """One rule as one equation with its operations."""
        builder = self._builder
        scalars = {"eta", *self._optimizer.numbers(self._constants)}
        for stage in rule.stages:
            for kind in scalars.intersection(stage.operands):
                builder.constant(kind)

        def resolve(token: str) -> Name:
            return names.get(token) or builder.spelled(meant(token))

        descends = builder.spelling.descends and rule.descent
        formula = rule.descent if descends else rule.formula
        equation = builder.written(rule.row, formula, self._optimizer.source, layer, resolve)
        for stage in rule.stages:
            operands = tuple(meant(operand) for operand in stage.operands)
            name = None
            if stage.result == "step":  # η times whatever direction this optimizer takes
                eta, direction = (builder.name(operand) for operand in operands)
                name = Name(f"{eta.text} {direction.text}", rf"{eta.latex}\,{direction.latex}")
            builder.op(equation, stage.kernel, operands, meant(stage.result), name)
