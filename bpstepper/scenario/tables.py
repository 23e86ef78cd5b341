"""The schema: every key of a scenario file, with its default, its unit and what it means.

pydantic checks a file against it, and editors can use the JSON Schema that it makes. Only keys
and types are known here; whether a file's parts fit together is `meaning`'s business. Nothing
imports this module before a file is read, since importing pydantic takes its time.

Strict throughout: no text for a number, no number for true or false, and no key that is not
known. Defaults are the engine's own wherever the engine has one.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from bpstepper.engine.initializers import INITIALIZERS
from bpstepper.engine.layouts import LAYOUTS
from bpstepper.engine.network import Layer, Loss, Network, Training
from bpstepper.scenario.support import known_names

__all__ = ["FORMAT", "ScenarioFile", "json_schema"]

FORMAT = 1
"""The version of the format that this program writes, and the newest that it reads."""


class _OneOf:
    """Marks a text that is one of a table's names, for pydantic and for editors."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def __get_pydantic_core_schema__(
        self, source: type[str], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "enum": list(self.names)}

    def _check(self, value: str) -> str:
        if value not in self.names:
            raise PydanticCustomError("unknown_name", "unknown name", {"names": self.names})
        return value


ActivationName = Annotated[str, _OneOf(*known_names("activation"))]
InitializerName = Annotated[str, _OneOf(*INITIALIZERS)]
LayoutName = Annotated[str, _OneOf(*LAYOUTS)]
BiasName = Annotated[str, _OneOf("separate", "folded")]
LossName = Annotated[str, _OneOf(*known_names("loss"))]
SumOrMean = Annotated[str, _OneOf("sum", "mean")]
OptimizerName = Annotated[str, _OneOf(*known_names("optimizer"))]
TrainName = Annotated[str, _OneOf("parameters", "input")]
AudienceName = Annotated[str, _OneOf("student", "teacher")]


def _by_depth(value: Any) -> str:
    """Tell a number, a list, a matrix, a stack and a table apart by what they begin with."""
    depth = 0
    while isinstance(value, list) and depth < 3:
        depth += 1
        # an odd one out must not change what the rest is taken for
        value = next((item for item in value if isinstance(item, list)), value[0] if value else 0)
    return f"<{depth}>"


def _file_or_list(value: Any) -> str:
    return "<file>" if isinstance(value, dict) else "<list>"


def _file_or_matrix(value: Any) -> str:
    if isinstance(value, list) and value and not any(isinstance(row, list) for row in value):
        return "<list>"
    return "<file>" if isinstance(value, dict) else "<matrix>"


def _all_or_count(value: Any) -> str:
    return "<all>" if isinstance(value, str) else "<count>"


def _table_or_tables(value: Any) -> str:
    return "<table>" if isinstance(value, dict) else "<tables>"


def _lines(value: Any) -> str:
    return "<line>" if isinstance(value, str) else "<lines>"


Numbers = list[FiniteFloat]
Matrix = list[Numbers]
Position = Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1, max_length=3)]


class Table(BaseModel):
    """What all tables have in common."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ArrayFile(Table):
    """Numbers in a file beside the scenario."""

    file: str = Field(description="An NPZ or NPY file beside the scenario, never outside it.")
    array: str = Field("", description="The array's name in an NPZ file.")


Weights = Annotated[
    Annotated[Matrix, Tag("<matrix>")]
    | Annotated[Numbers, Tag("<list>")]
    | Annotated[ArrayFile, Tag("<file>")],
    Discriminator(_file_or_matrix),
]
Biases = Annotated[
    Annotated[Numbers, Tag("<list>")] | Annotated[ArrayFile, Tag("<file>")],
    Discriminator(_file_or_list),
]
Value = Annotated[
    Annotated[FiniteFloat, Tag("<0>")]
    | Annotated[Numbers, Tag("<1>")]
    | Annotated[Matrix, Tag("<2>")]
    | Annotated[list[Matrix], Tag("<3>")],
    Discriminator(_by_depth),
]


class LayerTable(Table):
    """One layer of units, with the weights of the wires that enter it."""

    units: int = Field(ge=1, description="How many units the layer has. Unit: units.")
    activation: ActivationName = Field(
        Layer.activation, description="What a unit does with its weighted input z."
    )
    weights: Weights | None = Field(
        None,
        description=(
            "The weights, a list of rows in the layout of the network: one row per unit of this "
            "layer in `column` and `torch`, one row per unit of the layer before in `row`. "
            "A flat list will do where there is one row or one column. Default: drawn by `init`."
        ),
    )
    init: InitializerName = Field(
        "xavier_uniform",
        description="How weights are drawn that the file does not give; see `network.seed`.",
    )
    biases: Biases | None = Field(
        None, description="The biases, one per unit of this layer. Default: all 0."
    )
    train_biases: bool = Field(
        Layer.train_biases,
        description="false: the biases stay; their gradient is computed and shown all the same.",
    )
    unit_names: list[str] | None = Field(
        None, description="A name for each unit. Default: h1, h2, … and o1, o2, …"
    )
    weight_names: list[list[str]] | None = Field(
        None,
        description='The source\'s own names for the weights, laid out as `weights`: [["w1"], …].',
    )


class NetworkTable(Table):
    """The network: a chain of fully connected layers."""

    inputs: int = Field(ge=1, description="How many inputs there are. Unit: inputs.")
    layout: LayoutName = Field(
        Network.layout,
        description=(
            "How products are written, and so what rows and columns of all matrices in this file "
            "are. column: z = W a + b, samples in columns; row: z = a W + b, samples in rows; "
            "torch: z = a Wᵀ + b, samples in rows."
        ),
    )
    bias: BiasName = Field(
        Network.bias,
        description=(
            "separate: W and b apart. folded: one matrix [b W], activations get a leading 1. "
            "Files give W and b apart either way."
        ),
    )
    seed: int = Field(
        Network.seed, ge=0, description="For everything the file leaves to chance. Unit: none."
    )
    input_names: list[str] | None = Field(
        None, description="A name for each input. Default: x1, x2, …"
    )
    layers: list[LayerTable] = Field(
        default_factory=list,
        description="[[network.layers]], one table per layer with weights, the output's last.",
    )


class LossTable(Table):
    """What is minimised."""

    name: LossName = Field(
        Loss.name,
        description=(
            "What a wrong output costs. output: C is the output itself (or one `unit` of it), "
            "for gradients without a target."
        ),
    )
    factor: FiniteFloat | None = Field(
        None,
        description=(
            "Multiplies the loss: the ½ of textbooks, never hidden. "
            "Default: 0.5 for squared_error, 1 for the others. Unit: none."
        ),
    )
    outputs: SumOrMean = Field(
        Loss.outputs, description="Over the output units: their sum, or their mean."
    )
    samples: SumOrMean = Field(
        Loss.samples, description="Over the samples of a batch: their mean, or their sum."
    )
    l2: FiniteFloat = Field(
        Loss.l2,
        ge=0,
        description=(
            'λ, the weight penalty: adds λ/(2m)·Σw², or λ/2·Σw² where samples = "sum"; m is the '
            "number of samples in the batch. Biases are not penalised. Unit: none."
        ),
    )
    unit: int | None = Field(
        None,
        ge=1,
        description="With the loss output: the one output that is C, from 1. Default: all, added.",
    )


class TrainingTable(Table):
    """How the parameters move."""

    learning_rate: FiniteFloat = Field(
        Training.learning_rate, ge=0, description="η, the learning rate. Unit: none."
    )
    batch_size: Annotated[
        Annotated[Literal["all"], Tag("<all>")] | Annotated[int, Field(ge=1), Tag("<count>")],
        Discriminator(_all_or_count),
    ] = Field(1, description='Samples per update, or "all". Unit: samples.')
    epochs: int = Field(
        Training.epochs,
        ge=1,
        description="How often `train` goes through the samples when not told. Unit: epochs.",
    )
    shuffle: bool = Field(
        Training.shuffle,
        description="true: a new order of the samples in each epoch, drawn from the seed.",
    )
    optimizer: OptimizerName = Field(
        Training.optimizer, description="How a gradient becomes a move of the parameters."
    )
    momentum: FiniteFloat | None = Field(
        None,
        ge=0,
        description="How much of the last move is kept. Default: 0.9. Only: momentum, nesterov.",
    )
    dampening: FiniteFloat | None = Field(
        None,
        description="How much of the gradient is held back. Default: 0. Only: momentum.",
    )
    alpha: FiniteFloat | None = Field(
        None,
        ge=0,
        description="The decay of the mean of squares. Default: 0.99. Only: rmsprop.",
    )
    betas: Annotated[list[FiniteFloat], Field(min_length=2, max_length=2)] | None = Field(
        None,
        description="The decays of the two running means. Default: [0.9, 0.999]. Only: adam.",
    )
    eps: FiniteFloat | None = Field(
        None,
        ge=0,
        description="Keeps a denominator from being 0. Default: 1e-8. Only: rmsprop, adam.",
    )
    train: TrainName = Field(
        Training.train,
        description="What moves: the parameters, or the inputs while the weights stay.",
    )
    hold_out: FiniteFloat = Field(
        Training.hold_out,
        ge=0,
        lt=1,
        description="Share of the samples kept for testing, drawn from the seed. Unit: 1.",
    )


class SampleTable(Table):
    """One input, with its target or its label."""

    name: str = Field("", description="A name, shown where samples are told apart.")
    input: Numbers = Field(description="The inputs, one number for each.")
    target: Numbers | None = Field(None, description="The target, one number per output unit.")
    label: int | None = Field(
        None,
        ge=0,
        description="In place of a target: the class, from 0, made one-hot. One output: 0 or 1.",
    )


class SamplesFile(Table):
    """Samples from a CSV or NPZ file beside the scenario."""

    file: str = Field(description="A CSV file with a header row, or an NPZ file.")
    inputs: list[str] = Field(description="The columns (arrays) that are inputs.")
    targets: list[str] | None = Field(None, description="The columns that are targets.")
    label: str | None = Field(None, description="In place of targets: the column of the class.")


Samples = Annotated[
    Annotated[list[SampleTable], Tag("<tables>")] | Annotated[SamplesFile, Tag("<table>")],
    Discriminator(_table_or_tables),
]


class ExpectTable(Table):
    """A published number that the file is held to."""

    symbol: str = Field(description="Which: z1, a2, delta1, C, C_all, W1, b1, grad_W1, …")
    update: int = Field(
        1,
        ge=0,
        description=(
            "Of which update. W and b are taken after it (0: as they start), everything else "
            "during it. Unit: updates, from 1."
        ),
    )
    at: Position | None = Field(
        None,
        description=(
            "One element, from 1: [to, from] of a weight matrix in any layout, [unit] or "
            "[unit, sample] of all else. Default: the whole of it."
        ),
    )
    value: Value = Field(
        description="The number or numbers, in the file's layout; a flat list for a vector."
    )
    tolerance: FiniteFloat = Field(
        1e-9, ge=0, description="How far off the computed number may be, absolutely."
    )
    source: str = Field("", description="Who published it.")
    note: str = Field("", description="What to know about it, such as an erratum.")


class NoteTable(Table):
    """Something to say at a step."""

    at: str | None = Field(
        None, description="The symbol of the step: delta1, … Default: before the first step."
    )
    update: int = Field(1, ge=1, description="At which update. Unit: updates, from 1.")
    cell: Position | None = Field(
        None, description="One element to point at, from 1; see `expect.at`."
    )
    audience: AudienceName = Field(
        "student", description="student: everyone sees it. teacher: only who presents."
    )
    text: str = Field("", description="Markdown.")
    ask: str = Field("", description="A question to put first.")
    reveal: str = Field("", description="Its answer, shown on request.")
    quiz: bool = Field(False, description="true: ask for the value before it is shown.")
    edit: Annotated[
        Annotated[str, Tag("<line>")] | Annotated[list[str], Tag("<lines>")],
        Discriminator(_lines),
    ] = Field(
        default_factory=list,
        description='A change to try, as --set has it: "training.learning_rate=5".',
    )


class ScenarioFile(Table):
    """A scenario of bpstepper: a network, its samples, its training, and a lesson about it."""

    format: int = Field(FORMAT, ge=1, description="The version of this format.")
    title: str = Field("", description="One line.")
    source: str = Field("", description="Where the example comes from.")
    about: str = Field("", description="Markdown, shown before the first step.")
    network: NetworkTable = Field(description="[network], the network.")
    loss: LossTable = Field(
        default_factory=lambda: LossTable.model_validate({}),
        description="[loss], what is minimised.",
    )
    training: TrainingTable = Field(
        default_factory=lambda: TrainingTable.model_validate({}),
        description="[training], how the parameters move.",
    )
    samples: Samples = Field(
        default_factory=list,
        description="[[samples]], one table per sample; or [samples], one table that names a file.",
    )
    expect: list[ExpectTable] = Field(
        default_factory=list, description="[[expect]], published numbers to be held to."
    )
    notes: list[NoteTable] = Field(
        default_factory=list, description="[[notes]], the lesson, in the order of the file."
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of scenario files."""
    schema = ScenarioFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Made by `bpstepper schema`.",
        **schema,
    }
