"""A notation: the same update as another book writes it, for those who come from that book.

Only what is shown changes, and nothing is computed anew: `noted` is a session whose traces have
the book's names, formulas and, where the book has δ = −∂C/∂z, its signs, with operations that are
true of the numbers as they are then shown. Letters and layer numbers are a `Spelling` that the
compiler writes the same program with; which operations stay true is `sign_convention`'s business.
The books themselves are rows in `notations`, and the letters of sentences in `letters`. What a
scenario's author has written is not rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from weakref import WeakKeyDictionary

from bpstepper.engine.compile.compiler import compile_program
from bpstepper.engine.compile.network import Problem
from bpstepper.engine.compile.program import Op, Program
from bpstepper.engine.compile.symbol_spelling import BOOK, LETTERS, Spelling
from bpstepper.engine.ops.kernels import Kernel
from bpstepper.engine.run.trace import Step, Trace
from bpstepper.engine.run.training import Schedule, Timeline
from bpstepper.engine.symbols import KINDS, Name, Symbol
from bpstepper.explain.notation.sign_convention import turned_kernel, turned_value
from bpstepper.session import Session

__all__ = ["Notation", "noted"]


@dataclass(frozen=True, eq=False)
class Notation:
    """One row: how a book writes backpropagation.

    Attributes:
        id: what it is chosen by.
        title: what it is called in a list.
        says: one line on what differs; empty for this program's own.
        spelling: its letters, its numbers of layers, its formulas.
        weight: what one weight is called, in `w(h2→o1)`.
        stems: what cells of a kind are called, where it is not what `Kind.stem` makes of them.
        turned: the kinds that are shown with the other sign.
        captions: what stands over a matrix of a kind, where that is more than its name.
        stands_for_text: what is said of δ's own letter; knows `{d}`, `{C}` and `{z}`.
        headings: (law, kernel) → what an operation does, in this book's words.
        remarks: row of `EQUATIONS` → what is different at such a step.
        one_sample: where the batch's mean is taken, the book's δ is one sample's, without 1/m.
    """

    id: str
    title: str
    says: str = ""
    spelling: Spelling = BOOK
    weight: str = "w"
    stems: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    turned: frozenset[str] = frozenset()
    captions: Mapping[str, Name] = field(default_factory=lambda: MappingProxyType({}))
    stands_for_text: str = "{d} stands for ∂{C}/∂{z}"
    headings: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))
    remarks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    one_sample: bool = False
    _programs: WeakKeyDictionary[Program, Program] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False
    )
    _traces: WeakKeyDictionary[Trace, Trace] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False
    )

    @property
    def own(self) -> bool:
        """Whether this is the program's own notation, in which nothing is rewritten."""
        return not self.says

    @property
    def respells(self) -> bool:
        """Whether letters differ from the program's own, and not only numbers and capitals."""
        spelling = self.spelling
        special = (spelling.inputs, spelling.outputs)
        letters = {key: name.text.lower() for key, name in spelling.letters.items()}
        own = {key: name.text.lower() for key, name in LETTERS.items()}
        return letters != own or special != (None, None) or "σ" in spelling.functions

    @cached_property
    def upright(self) -> Notation:
        """The same with every sign as it is computed: for who derives ∂C/∂z itself, and not δ."""
        if not self.turned:
            return self
        stems = {kind: stem for kind, stem in self.stems.items() if kind not in self.turned}
        stems |= dict.fromkeys(("delta", "delta_T", "delta_general"), "∂{C}/∂{z}")
        return replace(self, id=f"{self.id} upright", stems=stems, turned=frozenset())

    # ── whole programs and traces ────────────────────────────────────────────────────────────

    def program(self, program: Program, problem: Problem) -> Program:
        """The same program with this book's names and formulas, and with operations true of them.

        Symbols, their keys and their order are the same.

        Args:
            program: what is to be shown; operations that a plain update of `problem` does not
                have keep their formulas.
            problem: what it was compiled from.
        """
        if self.own:
            return program
        if program not in self._programs:
            self._programs[program] = self._written(program, problem)
        return self._programs[program]

    def _written(self, program: Program, problem: Problem) -> Program:
        plain = compile_program(problem, program.batch, self.spelling)
        names = {symbol: plain.names.get(symbol, own) for symbol, own in program.names.items()}
        for symbol in names:
            if symbol.kind in self.captions:
                names[symbol] = self._caption(symbol, problem.network.depth)
        ops = tuple(self._op(op, program, plain) for op in program.ops)
        return replace(program, ops=ops, names=names)

    def _caption(self, symbol: Symbol, depth: int) -> Name:
        spelling = replace(self.spelling, kinds={**self.spelling.kinds, **self.captions})
        return spelling.name(symbol, depth=depth)

    def _op(self, op: Op, program: Program, plain: Program) -> Op:
        known = plain.producer.get(op.result)
        same = known is not None and known.equation.row == op.equation.row
        equation = known.equation if known is not None and same else op.equation
        symbols = (*op.operands, op.result)
        shapes, signs = [program.shape(s) for s in symbols], [self.sign(s) for s in symbols]
        kernel = turned_kernel(self._signed(op.kernel), shapes, signs)
        return Op(equation, kernel, op.operands, op.result)

    def _signed(self, kernel: Kernel) -> Kernel:
        """The kernel with this book's sign for an activation: g for σ, and g′ for σ′."""
        own = self.spelling.functions.get(kernel.sign.removesuffix("′"))
        if own is None:
            return kernel
        return replace(kernel, sign=own.text + "′" * kernel.sign.endswith("′"))

    def trace(self, trace: Trace, problem: Problem) -> Trace:
        """The same update as this book shows it; every operation replays to what is shown."""
        if self.own:
            return trace
        if trace not in self._traces:
            values = {
                symbol: turned_value(value) if self.sign(symbol) < 0 else value
                for symbol, value in trace.values.items()
            }
            program = self.program(trace.program, problem)
            self._traces[trace] = replace(trace, program=program, values=values)
        return self._traces[trace]

    # ── single things ────────────────────────────────────────────────────────────────────────

    def name(self, symbol: Symbol, program: Program, problem: Problem) -> str:
        """What is written over a symbol's matrix, such as `δ²`."""
        return self.program(program, problem).names[symbol].text

    def formula(self, step: Step, program: Program, problem: Problem) -> str:
        """The equation's line."""
        return self._equation(step, program, problem).text

    def latex(self, step: Step, program: Program, problem: Problem) -> str:
        """The same for paper."""
        return self._equation(step, program, problem).latex

    def _equation(self, step: Step, program: Program, problem: Problem) -> Name:
        equation = self.program(program, problem).producer[step.result.symbol].equation
        return Name(equation.formula, equation.latex)

    def sign(self, symbol: Symbol) -> int:
        """+1, or −1 where this book has the other sign."""
        return -1 if symbol.kind in self.turned else 1

    def layer(self, layer: int) -> str:
        """What a layer is called in a sentence; ours count from 0, the inputs."""
        return f"layer {self.spelling.number(layer)}"

    def stands_for(self, step: Step) -> str:
        """What the short name that a step makes stands for; empty where there is none to tell."""
        symbol = step.result.symbol
        if symbol.kind not in ("delta", "delta_general"):
            return ""
        quantity = self.spelling.quantity
        letters = {k: quantity(k, symbol.layer, 0).text for k in ("d", "C", "z")}
        if symbol.kind == "delta_general":
            return f"the same {letters['d']}, without the shortcut"
        return self.stands_for_text.format(**letters)

    def said(self, step: Step, batch: int, problem: Problem) -> str:
        """What this book has otherwise at this very step, in a sentence or two; often nothing."""
        told = [self.remarks.get(step.equation.row, "")]
        mean = problem.loss.samples == "mean" and batch > 1
        if self.one_sample and mean and step.equation.law in ("BP1", "COLLAPSE"):
            letter = self.spelling.letters["d"].text
            told.append(
                f"Here {letter} has the mean's 1/m in it; in the book {letter} is one sample's, "
                "and 1/m comes later."
            )
        return " ".join(filter(None, told))

    def stem(self, symbol: Symbol, depth: int) -> str:
        """What a cell of a symbol is called, before its units: `δ` in δ(h1); empty: as ever."""
        kind = symbol.kind
        template = self.stems.get(kind) or KINDS[kind].stem
        letters = {letter: name.text for letter, name in self.spelling.letters.items()}
        own = {0: self.spelling.inputs, depth: self.spelling.outputs}.get(symbol.layer or 0)
        letters["a"] = own.text if own else letters["a"]
        first, second = (letters["a"], letters["y"])[:: self.sign(symbol)]
        minus = "−" if self.sign(symbol) < 0 else ""
        jacobian = f"∂{letters['a']}/∂{letters['z']}" if kind in self.spelling.kinds else "J"
        return template.format(
            **letters, w=self.weight, J=jacobian, minus=minus, residual=f"{first} − {second}"
        )


class _NotedTimeline(Timeline):
    """A timeline whose traces are shown in another notation; it computes nothing itself."""

    def __init__(self, line: Timeline, notation: Notation) -> None:
        # Not the parent's: that would set out to train the network a second time.
        self.problem = line.problem
        self._line = line
        self._notation = notation

    @property
    def schedule(self) -> Schedule:
        return self._line.schedule

    def trace(self, update: int) -> Trace:
        return self._notation.trace(self._line.trace(update), self.problem)

    def __getattr__(self, name: str) -> object:
        return getattr(self._line, name)


def noted(session: Session, notation: Notation) -> Session:
    """The session as `notation` shows it: for drawing; where one stands and can go is the same.

    What looks for facts in the numbers, an insight or a nudge, asks the session itself.
    """
    if notation.own:
        return session
    return replace(session, line=_NotedTimeline(session.line, notation))
