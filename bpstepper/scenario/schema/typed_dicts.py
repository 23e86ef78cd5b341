"""What a checked file comes out as: plain dictionaries with every default filled in.

These types are for the type checker alone; `tables` has the rows that they repeat, and nothing is
made of them when the program runs. None is what a file leaves open. The constants of optimizers,
losses and activations are keys, too; `build` reads those by the names that their rows have.
"""

from __future__ import annotations

from typing import TypedDict

__all__ = [
    "ArrayFileValues",
    "ExpectValues",
    "FileValues",
    "LayerValues",
    "LossValues",
    "NetworkValues",
    "NoteValues",
    "SampleValues",
    "SamplesFileValues",
    "TrainingValues",
]

Numbers = list[float]
Matrix = list[Numbers]


class ArrayFileValues(TypedDict):
    """Numbers in a file."""

    file: str
    array: str


class LayerValues(TypedDict):
    """[[network.layers]]."""

    units: int
    activation: str
    weights: Matrix | Numbers | ArrayFileValues | None
    init: str
    biases: Numbers | ArrayFileValues | None
    train_biases: bool
    unit_names: list[str] | None
    weight_names: list[list[str]] | None
    kind: str
    gamma: Numbers | ArrayFileValues | None
    beta: Numbers | ArrayFileValues | None
    eps: float | None
    train_gamma: bool | None
    train_beta: bool | None


class NetworkValues(TypedDict):
    """[network]."""

    inputs: int
    layout: str
    bias: str
    seed: int
    input_names: list[str] | None
    layers: list[LayerValues]


class LossValues(TypedDict):
    """[loss]."""

    name: str
    factor: float | None
    outputs: str
    samples: str
    l2: float
    unit: int | None


class TrainingValues(TypedDict):
    """[training]."""

    learning_rate: float
    batch_size: int | str
    epochs: int
    shuffle: bool
    optimizer: str
    train: str
    hold_out: float


class SampleValues(TypedDict):
    """[[samples]]."""

    name: str
    input: Numbers
    target: Numbers | None
    label: int | None


class SamplesFileValues(TypedDict):
    """[samples]."""

    file: str
    inputs: str | list[str]
    targets: str | list[str] | None
    label: str | None
    name: str | None


class ExpectValues(TypedDict):
    """[[expect]]."""

    symbol: str
    update: int
    at: list[int] | None
    value: float | Numbers | Matrix | list[Matrix]
    tolerance: float
    source: str
    note: str


class NoteValues(TypedDict):
    """[[notes]]."""

    at: str | None
    update: int
    cell: list[int] | None
    audience: str
    text: str
    ask: str
    reveal: str
    quiz: bool
    edit: str | list[str]


class FileValues(TypedDict):
    """A whole file."""

    format: int
    title: str
    source: str
    about: str
    topic: str
    level: str | None
    network: NetworkValues
    loss: LossValues
    training: TrainingValues
    samples: list[SampleValues] | SamplesFileValues
    expect: list[ExpectValues]
    notes: list[NoteValues]
