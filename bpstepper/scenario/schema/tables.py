"""The schema: every key of a scenario file, with its form, its default, and what it means.

One table of the file is one `Table` here, one key one row; a file is checked against it, filled in
by it, and editors can use the JSON Schema that it makes. Only keys and types are known here;
whether a file's parts fit together is `semantic_checks`'s business. A checked table is unpacked
into the dataclass that it describes (see `build`), whose fields are its keys, and have the types;
those of optimizers, losses and activations come from their own rows.

Defaults are the engine's own wherever the engine has one. They are written as a file would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bpstepper.engine.compile.network import Layer, Loss, Network, Training
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.hyperparameters import HasHyperparameters, Hyperparameter, merged
from bpstepper.engine.tables.initializers import INITIALIZERS
from bpstepper.engine.tables.layers.layer_kinds import LAYER_KINDS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.scenario.schema.forms import Flag, Form, Line, Number, OneOf, Text, Whole, Word
from bpstepper.scenario.schema.library_order import LEVELS
from bpstepper.scenario.schema.structures import REQUIRED, Choice, Key, ListOf, Table

__all__ = ["FILE", "FORMAT"]

FORMAT = 1
"""The version of the format that this program writes, and the newest that it reads."""


def constants_of(rows: Mapping[str, HasHyperparameters]) -> tuple[Key, ...]:
    """The constants that some rows of the engine have of their own, a key each."""
    return tuple(
        Key(name, _form(owned[0][1]), None, _about(owned))
        for name, owned in merged(rows.values()).items()
    )


def _form(it: Hyperparameter) -> Form:
    number = Number(**it.bounds)
    return ListOf(number, least=it.count, most=it.count) if it.count else number


def _about(owned: list[tuple[HasHyperparameters, Hyperparameter]]) -> str:
    """What a constant means, its default, and whose it is."""
    owners: dict[str, list[str]] = {}
    for row, it in owned:
        owners.setdefault(_written(it.default), []).append(row.name)
    if len(owners) == 1:
        told = next(iter(owners))
    else:
        told = "; ".join(f"{default} ({', '.join(names)})" for default, names in owners.items())
    only = ", ".join(row.name for row, _ in owned)
    return f"{owned[0][1].about} Default: {told}. Only: {only}."


def _written(default: float | tuple[float, ...]) -> str:
    """A default as one would write it: 0.9, 1e-8, [0.9, 0.999]."""
    if isinstance(default, tuple):
        return f"[{', '.join(map(_written, default))}]"
    mantissa, e, exponent = f"{default:g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def _default_factors() -> str:
    """`0.5 for squared_error, 1 for the others`."""
    factors = [row.default_factor for row in LOSSES.values()]
    usual = max(factors, key=factors.count)
    named = [
        f"{row.default_factor:g} for {row.name}"
        for row in LOSSES.values()
        if row.default_factor != usual
    ]
    return ", ".join([*named, f"{usual:g} for the others"])


_NUMBERS: Final = ListOf(Number())
_MATRIX: Final = ListOf(_NUMBERS)
_POSITION: Final = ListOf(Whole(ge=1), least=1, most=3)
_SUM_OR_MEAN: Final = OneOf(("sum", "mean"))

_ARRAY_FILE: Final = Table(
    "ArrayFile",
    "Numbers in a file beside the scenario.",
    (
        Key(
            "file",
            Text(),
            REQUIRED,
            "An NPZ or NPY file in the scenario's folder or below it, never outside. At most "
            "32 MiB and 10,000,000 numbers.",
        ),
        Key(
            "array",
            Text(),
            "",
            "The array's name in an NPZ file. Default: the only one there is. Rows and columns "
            "are those of the file's layout; biases may be a row or a column.",
        ),
    ),
)


def _of_other_kinds() -> Iterator[Key]:
    """The keys of layers that are not fully connected, as their kinds say them."""
    others = [row for row in LAYER_KINDS.values() if row.name != Layer.kind]
    if others:
        about = "; ".join(f"{row.name}: {row.words}" for row in LAYER_KINDS.values())
        yield Key("kind", OneOf(LAYER_KINDS), Layer.kind, f"What the layer does. {about}.")
    for row in others:
        for spec in row.parameters:
            about = f"{spec.about} Default: all {spec.usual:g}. Only: {row.name}."
            yield Key(spec.name, Choice(_NUMBERS, table=_ARRAY_FILE), None, about)
        for name, option in row.options.items():
            form = Flag() if isinstance(option.usual, bool) else Number(ge=0)
            usual = str(option.usual).lower()
            yield Key(name, form, None, f"{option.about} Default: {usual}. Only: {row.name}.")


_LAYER: Final = Table(
    "LayerTable",
    "One layer of units, with the weights of the wires that enter it.",
    (
        Key("units", Whole(ge=1), REQUIRED, "How many units the layer has. Unit: units."),
        Key(
            "activation",
            OneOf(ACTIVATIONS),
            Layer.activation,
            "What a unit does with its weighted input z.",
        ),
        *constants_of(ACTIVATIONS),
        Key(
            "weights",
            Choice(_MATRIX, list=_NUMBERS, table=_ARRAY_FILE),
            None,
            "The weights, a list of rows in the layout of the network: one row per unit of this "
            "layer in `column` and `torch`, one row per unit of the layer before in `row`. "
            "A flat list will do where there is one row or one column. Default: drawn by `init`.",
        ),
        Key(
            "init",
            OneOf(INITIALIZERS),
            "xavier_uniform",
            "How weights are drawn that the file does not give; see `network.seed`.",
        ),
        Key(
            "biases",
            Choice(_NUMBERS, table=_ARRAY_FILE),
            None,
            "The biases, one per unit of this layer. Default: all 0.",
        ),
        Key(
            "train_biases",
            Flag(),
            Layer.train_biases,
            "false: the biases stay; their gradient is computed and shown all the same.",
        ),
        Key(
            "unit_names",
            ListOf(Text()),
            None,
            "A name for each unit. Default: h1, h2, … and o1, o2, …",
        ),
        Key(
            "weight_names",
            ListOf(ListOf(Text())),
            None,
            'The source\'s own names for the weights, laid out as `weights`: [["w1"], …].',
        ),
        *_of_other_kinds(),
    ),
)

_NETWORK: Final = Table(
    "NetworkTable",
    "The network: a chain of fully connected layers.",
    (
        Key("inputs", Whole(ge=1), REQUIRED, "How many inputs there are. Unit: inputs."),
        Key(
            "layout",
            OneOf(LAYOUTS),
            Network.layout,
            "How products are written, and so what rows and columns of all matrices in this file "
            "are. column: z = W a + b, samples in columns; row: z = a W + b, samples in rows; "
            "torch: z = a Wᵀ + b, samples in rows.",
        ),
        Key(
            "bias",
            OneOf(("separate", "folded")),
            Network.bias,
            "separate: W and b apart. folded: one matrix [b W], activations get a leading 1. "
            "Files give W and b apart either way.",
        ),
        Key(
            "seed",
            Whole(ge=0),
            Network.seed,
            "For everything the file leaves to chance. Unit: none.",
        ),
        Key("input_names", ListOf(Text()), None, "A name for each input. Default: x1, x2, …"),
        Key(
            "layers",
            ListOf(_LAYER),
            [],
            "[[network.layers]], one table per layer with weights, the output's last.",
        ),
    ),
)

_LOSS: Final = Table(
    "LossTable",
    "What is minimised.",
    (
        Key(
            "name",
            OneOf(LOSSES),
            Loss.name,
            " ".join(
                [
                    "What a wrong output costs.",
                    *(f"{row.name}: {row.about}." for row in LOSSES.values() if row.about),
                ]
            ),
        ),
        Key(
            "factor",
            Number(),
            None,
            "Multiplies the loss: the ½ of textbooks, never hidden. "
            f"Default: {_default_factors()}. Unit: none.",
        ),
        Key(
            "outputs",
            _SUM_OR_MEAN,
            Loss.outputs,
            "Over the output units: their sum, or their mean.",
        ),
        Key(
            "samples",
            _SUM_OR_MEAN,
            Loss.samples,
            "Over the samples of a batch: their mean, or their sum.",
        ),
        Key(
            "l2",
            Number(ge=0),
            Loss.l2,
            'λ, the weight penalty: adds λ/(2m)·Σw², or λ/2·Σw² where samples = "sum"; m is the '
            "number of samples in the batch. Biases are not penalised. Unit: none.",
        ),
        Key(
            "unit",
            Whole(ge=1),
            None,
            "With the loss output: the one output that is C, from 1. Default: all, added.",
        ),
        *constants_of(LOSSES),
    ),
)

_TRAINING: Final = Table(
    "TrainingTable",
    "How the parameters move.",
    (
        Key(
            "learning_rate",
            Number(ge=0),
            Training.learning_rate,
            "η, the learning rate. Unit: none.",
        ),
        Key(
            "batch_size",
            Choice(Whole(ge=1), text=Word("all")),
            1,
            'Samples per update, or "all". Unit: samples.',
        ),
        Key(
            "epochs",
            Whole(ge=1),
            Training.epochs,
            "How often `train` goes through the samples when not told. Unit: epochs.",
        ),
        Key(
            "shuffle",
            Flag(),
            Training.shuffle,
            "true: a new order of the samples in each epoch, drawn from the seed.",
        ),
        Key(
            "optimizer",
            OneOf(OPTIMIZERS),
            Training.optimizer,
            "How a gradient becomes a move of the parameters.",
        ),
        *constants_of(OPTIMIZERS),
        Key(
            "train",
            OneOf(("parameters", "input")),
            Training.train,
            "What moves: the parameters, or the inputs while the weights stay.",
        ),
        Key(
            "hold_out",
            Number(ge=0, lt=1),
            Training.hold_out,
            "Share of the samples kept for testing, drawn from the seed. Unit: 1.",
        ),
    ),
)

_SAMPLE: Final = Table(
    "SampleTable",
    "One input, with its target or its label.",
    (
        Key("name", Text(), "", "A name, shown where samples are told apart."),
        Key("input", _NUMBERS, REQUIRED, "The inputs, one number for each."),
        Key("target", _NUMBERS, None, "The target, one number per output unit."),
        Key(
            "label",
            Whole(ge=0),
            None,
            "In place of a target: the class, from 0, made one-hot. One output: 0 or 1.",
        ),
    ),
)

_COLUMNS: Final = Choice(ListOf(Text(), least=1), text=Text())

_SAMPLES_FILE: Final = Table(
    "SamplesFile",
    "Samples from a CSV or NPZ file beside the scenario.",
    (
        Key(
            "file",
            Text(),
            REQUIRED,
            "A CSV file with a header row (UTF-8, commas between columns, a dot in numbers) or an "
            "NPZ file, in the scenario's folder or below it, never outside. At most 32 MiB, "
            "100,000 samples and 10,000,000 numbers.",
        ),
        Key(
            "inputs",
            _COLUMNS,
            REQUIRED,
            'The columns that are inputs, in order; "first..last" stands for all from one to the '
            "other. Of an NPZ file: the arrays, one row per sample in every layout.",
        ),
        Key("targets", _COLUMNS, None, "The columns (arrays) that are targets, as `inputs`."),
        Key(
            "label",
            Text(),
            None,
            "In place of targets: the column (array) of the class, from 0, made one-hot. "
            "One output: 0 or 1.",
        ),
        Key("name", Text(), None, "The column (array) of the samples' names. Default: none."),
    ),
)

_EXPECT: Final = Table(
    "ExpectTable",
    "A published number that the file is held to.",
    (
        Key("symbol", Text(), REQUIRED, "Which: z1, a2, delta1, C, C_all, W1, b1, grad_W1, …"),
        Key(
            "update",
            Whole(ge=0),
            1,
            "Of which update. W and b are taken after it (0: as they start), everything else "
            "during it. Unit: updates, from 1.",
        ),
        Key(
            "at",
            _POSITION,
            None,
            "One element, from 1: [to, from] of a weight matrix in any layout, [unit] or "
            "[unit, sample] of all else. Default: the whole of it.",
        ),
        Key(
            "value",
            Choice(Number(), list=_NUMBERS, matrix=_MATRIX, stack=ListOf(_MATRIX)),
            REQUIRED,
            "The number or numbers, in the file's layout; a flat list for a vector.",
        ),
        Key(
            "tolerance",
            Number(ge=0),
            1e-9,
            "How far off the computed number may be, absolutely.",
        ),
        Key("source", Text(), "", "Who published it."),
        Key("note", Text(), "", "What to know about it, such as an erratum."),
    ),
)

_NOTE: Final = Table(
    "NoteTable",
    "Something to say at a step.",
    (
        Key(
            "at",
            Text(),
            None,
            "The symbol of the step: delta1, … Default: before the first step.",
        ),
        Key("update", Whole(ge=1), 1, "At which update. Unit: updates, from 1."),
        Key("cell", _POSITION, None, "One element to point at, from 1; see `expect.at`."),
        Key(
            "audience",
            OneOf(("student", "teacher")),
            "student",
            "student: everyone sees it. teacher: only who presents.",
        ),
        Key("text", Text(), "", "Markdown."),
        Key("ask", Text(), "", "A question to put first."),
        Key("reveal", Text(), "", "Its answer, shown on request."),
        Key("quiz", Flag(), False, "true: ask for the value before it is shown."),
        Key(
            "edit",
            Choice(ListOf(Text()), text=Text()),
            [],
            'A change to try, as --set has it: "training.learning_rate=5".',
        ),
    ),
)

FILE: Final = Table(
    "ScenarioFile",
    "A scenario of bpstepper: a network, its samples, its training, and a lesson about it.",
    (
        Key("format", Whole(ge=1), FORMAT, "The version of this format."),
        Key("title", Text(), "", "One line."),
        Key("source", Text(), "", "Where the example comes from."),
        Key("about", Text(), "", "Markdown, shown before the first step."),
        Key("topic", Line(), "", "What it is about, in a few words; lists are grouped by it."),
        Key("level", OneOf(LEVELS), None, "Whom it is for. Default: not said."),
        Key("network", _NETWORK, REQUIRED, "[network], the network."),
        Key("loss", _LOSS, {}, "[loss], what is minimised."),
        Key("training", _TRAINING, {}, "[training], how the parameters move."),
        Key(
            "samples",
            Choice(ListOf(_SAMPLE), table=_SAMPLES_FILE),
            [],
            "[[samples]], one table per sample; or [samples], one table that names a file.",
        ),
        Key("expect", ListOf(_EXPECT), [], "[[expect]], published numbers to be held to."),
        Key("notes", ListOf(_NOTE), [], "[[notes]], the lesson, in the order of the file."),
    ),
)
"""A whole file."""
