"""Inputs that are TOML and make no sense."""

from __future__ import annotations

from tests.scenario.spoiling import BEFORE_SAMPLES, RATE, SOFTMAX_OUTPUT, W1, W2, Bad, swap

SCHEMA = (
    Bad(
        "unknown key",
        swap(('activation = "sigmoid"', 'activaton = "sigmoid"')),
        [("unknown-key", 7, 1)],
    ),
    Bad(
        "unknown key elsewhere",
        swap(("inputs = 2", "inputs = 2\nlearning_rate = 1")),
        [("unknown-key", 5, 1)],
    ),
    Bad(
        "unknown key without a neighbour",
        swap(("inputs = 2", "inputs = 2\nzzz = 1")),
        [("unknown-key", 5, 1)],
    ),
    Bad(
        "misspelt table",
        swap(("[loss]", "[lss]")),
        [("unknown-key", 14, 1)],
    ),
    Bad(
        "unknown level",
        swap(("format = 1", 'format = 1\nlevel = "advanecd"')),
        [("unknown-name", 2, 9)],
    ),
    Bad(
        "topic on two lines",
        swap(("format = 1", 'format = 1\ntopic = "one\\ntwo"')),
        [("several-lines", 2, 9)],
    ),
    Bad(
        "unknown activation",
        swap(('"sigmoid"', '"rleu"')),
        [("unknown-name", 7, 14)],
    ),
    Bad(
        "unknown loss",
        swap(('"squared_error"', '"mse"')),
        [("unknown-name", 15, 8)],
    ),
    Bad(
        "units as text",
        swap(("units = 3", 'units = "3"')),
        [("wrong-type", 6, 9)],
    ),
    Bad(
        "units as float",
        swap(("units = 3", "units = 3.0")),
        [("wrong-type", 6, 9)],
    ),
    Bad(
        "true as a weight",
        swap(("[[0.1, 0.2], ", "[[0.1, true], ")),
        [("wrong-type", 8, 18)],
    ),
    Bad(
        "text as a weight",
        swap(("[[0.1, 0.2], ", '[[0.1, "0.2"], ')),
        [("wrong-type", 8, 18)],
    ),
    Bad(
        "zero units",
        swap(("units = 3", "units = 0")),
        [("out-of-range", 6, 9)],
    ),
    Bad(
        "negative units",
        swap(("units = 3", "units = -3")),
        [("out-of-range", 6, 9)],
    ),
    Bad(
        "10,000,000 units",
        swap(("units = 3", "units = 10_001")),
        [("too-many-units", 6, 9)],
    ),
    Bad(
        "too many parameters",
        swap(
            ("inputs = 2", "inputs = 9000"),
            ("units = 3", "units = 9000"),
            (W1 + "\n", ""),
            ("biases = [0.1, 0.2, 0.3]\n", ""),
            (W2 + "\n", ""),
            ("input = [0.05, 0.10]", "input = [0.05]"),
            ("input = [1, 0]", "input = [1]"),
            ("value = [0.1, 0.2, 0.3]", "value = 1\nat = [1]"),
        ),
        [("too-many-parameters", 6, 9), ("wrong-length", 17, 9), ("wrong-length", 20, 9)],
    ),
    Bad(
        "nan",
        swap(("[0.05, 0.10]", "[nan, 0.10]")),
        [("not-finite", 20, 10)],
    ),
    Bad(
        "inf",
        swap(("[0.05, 0.10]", "[0.05, -inf]")),
        [("not-finite", 20, 16)],
    ),
    Bad(
        "1e400",
        swap(("[0.05, 0.10]", "[0.05, 1e400]")),
        [("not-finite", 20, 16)],
    ),
    Bad(
        "missing units",
        swap(("units = 2\n", "")),
        [("missing-key", 10, 1)],
    ),
    Bad(
        "missing network",
        "title = 1\n",
        [("missing-key", 1, 1), ("no-samples", 1, 1), ("wrong-type", 1, 9)],
    ),
    Bad(
        "date",
        swap((RATE, "learning_rate = 2024-01-01")),
        [("wrong-type", 17, 17)],
    ),
    Bad(
        "list for number",
        swap((RATE, "learning_rate = [0.5]")),
        [("wrong-type", 17, 17)],
    ),
    Bad(
        "number for list",
        swap(("target = [0.01, 0.99]", "target = 1")),
        [("wrong-type", 21, 10)],
    ),
    Bad(
        "table for tables",
        swap(("[[expect]]", "[expect]")),
        [("wrong-type", 25, 1)],
    ),
    Bad(
        "tables for table",
        swap(("[loss]", "[[loss]]")),
        [("wrong-type", 14, 1)],
    ),
    Bad(
        "batch size text",
        swap(("batch_size = 1", 'batch_size = "full"')),
        [("unknown-name", 18, 14)],
    ),
    Bad(
        "batch size 0",
        swap(("batch_size = 1", "batch_size = 0")),
        [("out-of-range", 18, 14)],
    ),
    Bad(
        "hold out 1",
        swap(("batch_size = 1", "hold_out = 1.0")),
        [("out-of-range", 18, 12)],
    ),
    Bad(
        "negative label",
        swap(("label = 1", "label = -1")),
        [("out-of-range", 24, 9)],
    ),
)

MEANING = (
    Bad(
        "ragged",
        swap(("[0.3, 0.4], ", "[0.3], ")),
        [("ragged-matrix", 8, 24)],
    ),
    Bad(
        "rows wrong",
        swap((", [0.5, 0.6]]\nbiases", "]\nbiases")),
        [("wrong-shape", 8, 11)],
    ),
    Bad(
        "columns wrong",
        swap((W2, "weights = [[0.1, 0.2], [0.4, 0.5]]")),
        [("wrong-shape", 13, 11)],
    ),
    Bad(
        "transposed",
        swap((W2, "weights = [[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]]")),
        [("transposed-matrix", 13, 11)],
    ),
    Bad(
        "flat where a matrix is needed",
        swap((W2, "weights = [0.1, 0.4, 0.2, 0.5, 0.3, 0.6]")),
        [("wrong-shape", 13, 11)],
    ),
    Bad(
        "bias length",
        swap(("biases = [0.1, 0.2, 0.3]", "biases = [0.1, 0.2]")),
        [("wrong-length", 9, 10)],
    ),
    Bad(
        "unit names",
        swap(("biases = [0.1, 0.2, 0.3]", 'unit_names = ["h1"]')),
        [("wrong-length", 9, 14)],
    ),
    Bad(
        "input names",
        swap(("inputs = 2", 'inputs = 2\ninput_names = ["a", "b", "c"]')),
        [("wrong-length", 5, 15)],
    ),
    Bad(
        "weight names",
        swap(("biases = [0.1, 0.2, 0.3]", 'weight_names = [["a", "b"]]')),
        [("wrong-shape", 9, 16)],
    ),
    Bad(
        "input size",
        swap(("[0.05, 0.10]", "[0.05]")),
        [("wrong-length", 20, 9)],
    ),
    Bad(
        "target size",
        swap(("[0.01, 0.99]", "[0.01, 0.99, 1]")),
        [("wrong-length", 21, 10)],
    ),
    Bad(
        "label out of range",
        swap(("label = 1", "label = 2")),
        [("label-out-of-range", 24, 9)],
    ),
    Bad(
        "both",
        swap(("label = 1", "label = 1\ntarget = [0, 1]")),
        [("target-and-label", 24, 1)],
    ),
    Bad(
        "neither",
        swap(("label = 1\n", "")),
        [("missing-key", 22, 1)],
    ),
    Bad(
        "binary target",
        swap(('"squared_error"', '"binary_cross_entropy"'), ("[0.01, 0.99]", "[0.01, 1.99]")),
        [("target-out-of-range", 21, 17)],
    ),
    Bad(
        "sum",
        swap(
            ('"squared_error"', '"categorical_cross_entropy"'),
            SOFTMAX_OUTPUT,
            ("[0.01, 0.99]", "[0.01, 0.98]"),
        ),
        [("target-not-distribution", 21, 10)],
    ),
    Bad(
        "negative probability",
        swap(
            ('"squared_error"', '"categorical_cross_entropy"'),
            SOFTMAX_OUTPUT,
            ("[0.01, 0.99]", "[-0.01, 1.01]"),
        ),
        [("target-out-of-range", 21, 11)],
    ),
    Bad(
        "loss and activation",
        swap(('"squared_error"', '"categorical_cross_entropy"'), ("[0.01, 0.99]", "[0.01, 0.99]")),
        [("loss-and-activation", 12, 14)],
    ),
    Bad(
        "no layers",
        "[network]\ninputs = 1\n[[samples]]\ninput = [1]\ntarget = [1]\n",
        [("no-layers", 1, 1)],
    ),
    Bad(
        "no samples",
        BEFORE_SAMPLES,
        [("no-samples", 1, 1)],
    ),
    Bad(
        "negative rate",
        swap((RATE, "learning_rate = -0.1")),
        [("negative-learning-rate", 17, 17)],
    ),
    Bad(
        "newer",
        swap(("format = 1", "format = 2")),
        [("newer-format", 1, 10)],
    ),
    Bad(
        "unit without output",
        swap(('"squared_error"', '"squared_error"\nunit = 1')),
        [("unused-key", 16, 1)],
    ),
    Bad(
        "unit out of range",
        swap(
            ('"squared_error"', '"output"\nunit = 3'),
            ("target = [0.01, 0.99]\n", ""),
            ("label = 1\n", ""),
        ),
        [("out-of-range", 16, 8)],
    ),
    Bad(
        "constant of another optimizer",
        swap(("batch_size = 1", "momentum = 0.9")),
        [("unused-key", 18, 1)],
    ),
    Bad(
        "jacobian",
        swap(
            ("units = 3", "units = 3000"),
            (W1 + "\n", ""),
            ("biases = [0.1, 0.2, 0.3]\n", ""),
            (W2 + "\n", ""),
            ('"sigmoid"', '"softmax"'),
            ("value = [0.1, 0.2, 0.3]", "value = 1\nat = [1]"),
        ),
        [("too-large-jacobian", 6, 9)],
    ),
    Bad(
        "symbol",
        swap(('"delta1"', '"delta-1"')),
        [("unknown-symbol", 26, 10)],
    ),
    Bad(
        "symbol case",
        swap(('"delta1"', '"Delta1"')),
        [("unknown-symbol", 26, 10)],
    ),
    Bad(
        "symbol layer",
        swap(('"delta1"', '"delta3"')),
        [("no-such-layer", 26, 10)],
    ),
    Bad(
        "symbol layer 0",
        swap(('"delta1"', '"a0"')),
        [("no-such-layer", 26, 10)],
    ),
    Bad(
        "note layer",
        swap(('at = "delta1"', 'at = "delta3"')),
        [("no-such-layer", 30, 6)],
    ),
    Bad(
        "expect update 0",
        swap(("tolerance = 1.0", "update = 0")),
        [("out-of-range", 28, 10)],
    ),
    Bad(
        "expect shape",
        swap(("value = [0.1, 0.2, 0.3]", "value = [0.1, 0.2]")),
        [("wrong-shape", 27, 9)],
    ),
    Bad(
        "expect transposed",
        swap(
            ('symbol = "delta1"', 'symbol = "W1"'),
            ("value = [0.1, 0.2, 0.3]", "value = [[1,2,3],[4,5,6]]"),
        ),
        [("wrong-shape", 27, 9)],
    ),
    Bad(
        "expect ragged",
        swap(
            ('symbol = "delta1"', 'symbol = "W1"'),
            ("value = [0.1, 0.2, 0.3]", "value = [[1,2],[4,5,6]]"),
        ),
        [("ragged-matrix", 27, 9)],
    ),
    Bad(
        "at too long",
        swap(("tolerance = 1.0", "at = [1, 1, 1]"), ("value = [0.1, 0.2, 0.3]", "value = 1")),
        [("wrong-length", 28, 6)],
    ),
    Bad(
        "cell out of range",
        swap(('text = "a note"', 'text = "a note"\ncell = [4]')),
        [("out-of-range", 32, 9)],
    ),
    Bad(
        "at 0",
        swap(("tolerance = 1.0", "at = [0]"), ("value = [0.1, 0.2, 0.3]", "value = 1")),
        [("out-of-range", 28, 7)],
    ),
    Bad(
        "at of a number",
        swap(
            ("tolerance = 1.0", "at = [1]"),
            ("value = [0.1, 0.2, 0.3]", "value = 1"),
            ('symbol = "delta1"', 'symbol = "C"'),
        ),
        [("wrong-length", 28, 6)],
    ),
    Bad(
        "empty note",
        swap(('text = "a note"\n', "")),
        [("empty-note", 29, 1)],
    ),
    Bad(
        "bad edit",
        swap(('text = "a note"', 'text = "a note"\nedit = "hello"')),
        [("bad-override", 32, 8)],
    ),
)

NINE_KINDS = """\
format = 2
titel = "nine kinds at once"
[network]
inputs = 2
layout = "colum"
[[network.layers]]
units = 3
activation = "sigmoid"
weights = [[1, 2], [3]]
[[network.layers]]
units = 2
activation = "rleu"
biases = [1, true]
[training]
learning_rate = -0.5
batch_size = "1"
[[samples]]
input = [1, 2, 3]
label = 5
[[samples]]
input = [1, nan]
"""
NINE_EXPECTED = [
    ("newer-format", 1, 10),
    ("unknown-key", 2, 1),
    ("unknown-name", 5, 10),
    ("ragged-matrix", 9, 20),
    ("unknown-name", 12, 14),
    ("wrong-type", 13, 14),
    ("negative-learning-rate", 15, 17),
    ("unknown-name", 16, 14),
    ("wrong-length", 18, 9),
    ("label-out-of-range", 19, 9),
    ("missing-key", 20, 1),
    ("not-finite", 21, 13),
]
