"""What loads, and what it becomes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from bpstepper.engine.tables.initializers import INITIALIZERS, generator
from bpstepper.scenario import Scenario, ScenarioError, library, load, loads
from bpstepper.scenario.starter import STARTER
from tests.scenario.spoiling import BASE, W1, W2, swap

# The example of the format's description, with every key that can be run.
EXAMPLE = '''
format = 1
title = "Mazur's 2-2-2 network"
source = "Matt Mazur, A Step by Step Backpropagation Example, 2015"
about = """Markdown, shown before the first step."""

[network]
inputs = 2
layout = "column"
bias = "separate"
seed = 0
input_names = ["i1", "i2"]

[[network.layers]]
units = 2
activation = "sigmoid"
weights = [[0.15, 0.20], [0.25, 0.30]]
biases = [0.35, 0.35]
train_biases = false
unit_names = ["h1", "h2"]
weight_names = [["w1", "w2"], ["w3", "w4"]]

[[network.layers]]
units = 2
activation = "sigmoid"
weights = [[0.40, 0.45], [0.50, 0.55]]
biases = [0.60, 0.60]
train_biases = false
unit_names = ["o1", "o2"]

[loss]
name = "squared_error"
factor = 0.5
outputs = "sum"
samples = "mean"
l2 = 0.0

[training]
learning_rate = 0.5
batch_size = 1
epochs = 1
shuffle = false
optimizer = "sgd"
train = "parameters"
hold_out = 0.0

[[samples]]
name = "only"
input = [0.05, 0.10]
target = [0.01, 0.99]

[[expect]]
symbol = "delta2"
update = 1
at = [1]
value = 0.138498562
tolerance = 5e-9
source = "Mazur 2015"

[[notes]]
at = "delta1"
text = """Ask: why the transpose?"""
'''


def test_example_of_the_format() -> None:
    """Every key of the format's own example arrives where it belongs."""
    scenario = loads(EXAMPLE, "example.toml")
    first, second = scenario.network.layers
    np.testing.assert_array_equal(first.weights, [[0.15, 0.20], [0.25, 0.30]])
    np.testing.assert_array_equal(second.biases, [0.6, 0.6])
    assert first.train_biases is False
    assert first.weight_names == (("w1", "w2"), ("w3", "w4"))
    assert scenario.network.input_names == ("i1", "i2")
    assert (scenario.loss.name, scenario.loss.factor) == ("squared_error", 0.5)
    assert (scenario.training.learning_rate, scenario.training.batch_size) == (0.5, 1)
    assert scenario.samples[0].name == "only"
    (expect,) = scenario.expects
    assert (expect.symbol, expect.at, float(expect.value)) == ("delta2", (1, 1), 0.138498562)
    assert expect.line == EXAMPLE[: EXAMPLE.index("[[expect]]")].count("\n") + 1
    assert scenario.notes[0].text == "Ask: why the transpose?"
    assert (scenario.name, scenario.file) == ("example", "example.toml")


def test_defaults() -> None:
    """What a file leaves out: drawn weights, biases of 0, the loss's own factor."""
    scenario = loads(
        "[network]\ninputs = 3\nseed = 7\n[[network.layers]]\nunits = 2\n"
        '[[network.layers]]\nunits = 1\ninit = "he_normal"\n'
        '[loss]\nname = "binary_cross_entropy"\n'
        "[[samples]]\ninput = [1, 2, 3]\nlabel = 1\n"
    )
    first, second = scenario.network.layers
    drawn = INITIALIZERS["xavier_uniform"].draw(generator(7, 1), 2, 3)
    np.testing.assert_array_equal(first.weights, drawn)
    drawn = INITIALIZERS["he_normal"].draw(generator(7, 2), 1, 2)
    np.testing.assert_array_equal(second.weights, drawn)
    np.testing.assert_array_equal(first.biases, [0, 0])
    assert first.activation == "sigmoid"
    assert scenario.loss.factor == 1.0
    np.testing.assert_array_equal(scenario.samples[0].target, [1.0])


@pytest.mark.parametrize("name", library.names())
def test_bundled_scenarios_load(name: str) -> None:
    """Each of the library's files is right, says what it is and where it is from."""
    scenario = load(name)
    assert scenario.name == name
    assert scenario.title
    assert scenario.source
    assert scenario.about
    assert scenario.notes
    assert scenario.warnings == ()


def test_starter_loads() -> None:
    """The file that `new` writes is a scenario, without a warning."""
    scenario = loads(STARTER)
    assert scenario.network.sizes == (2, 3, 1)
    assert scenario.warnings == ()


@pytest.mark.parametrize(
    "data",
    [
        BASE.encode("utf-8-sig"),
        BASE.replace("\n", "\r\n").encode(),
        BASE.replace("\n", "\r\n").encode("utf-8-sig"),
        BASE.rstrip("\n").encode(),
    ],
    ids=["BOM", "CRLF", "BOM and CRLF", "no newline at the end"],
)
def test_byte_order_mark_and_line_ends(data: bytes) -> None:
    """How an editor saves it does not matter."""
    assert loads(data).network.sizes == (2, 3, 2)


def test_positions_with_crlf() -> None:
    """CRLF and a byte order mark do not shift lines and columns."""
    data = swap(("label = 1", "label = 7")).replace("\n", "\r\n").encode("utf-8-sig")
    with pytest.raises(ScenarioError) as caught:
        loads(data)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.line, diagnostic.column) == (24, 9)


def test_row_layout_is_read_as_it_is_written() -> None:
    """Weights and their names are (from, to) in a row file, and (to, from) in the network."""
    text = swap(
        ("inputs = 2", 'inputs = 2\nlayout = "row"'),
        (
            W1,
            "weights = [[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]]\n"
            'weight_names = [["a", "c", "e"], ["b", "d", "f"]]',
        ),
        (W2, "weights = [[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]]"),
    )
    row, column = loads(text).network, loads(BASE).network
    for left, right in zip(row.layers, column.layers, strict=True):
        np.testing.assert_array_equal(left.weights, right.weights)
    assert row.layers[0].weight_names == (("a", "b"), ("c", "d"), ("e", "f"))
    assert row.layout == "row"


def test_torch_layout_has_the_columns_weights() -> None:
    """The torch layout differs from column in the products, not in W."""
    torch = loads(swap(("inputs = 2", 'inputs = 2\nlayout = "torch"'))).network
    np.testing.assert_array_equal(torch.layers[1].weights, [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])


@pytest.mark.parametrize("layout", ["column", "row", "torch"])
def test_flat_weights_of_one_unit(layout: str) -> None:
    """One row, or one column, may be written as a flat list in every layout."""
    text = (
        f'[network]\ninputs = 3\nlayout = "{layout}"\n[[network.layers]]\nunits = 1\n'
        "weights = [1, 2, 3]\n[[network.layers]]\nunits = 2\nweights = [4, 5]\n"
        "[[samples]]\ninput = [1, 2, 3]\ntarget = [0, 1]\n"
    )
    first, second = loads(text).network.layers
    np.testing.assert_array_equal(first.weights, [[1, 2, 3]])
    np.testing.assert_array_equal(second.weights, [[4], [5]])


def test_labels_become_one_hot() -> None:
    """Label 1 of two outputs is (0, 1)."""
    target = loads(BASE).samples[1].target
    np.testing.assert_array_equal(target, [0.0, 1.0])


def test_all_is_a_batch_of_all() -> None:
    """The engine's None."""
    text = swap(("batch_size = 1", 'batch_size = "all"'), ('"delta1"', '"b1"'))
    assert loads(text).training.batch_size is None


def test_expects_get_the_shape_of_the_engine() -> None:
    """Flat lists become columns in a column file and rows in a row file."""
    column = loads(BASE).expects[0]
    assert column.value.shape == (3, 1)
    text = swap(("inputs = 2", 'inputs = 2\nlayout = "row"'), (W1 + "\n", ""), (W2 + "\n", ""))
    assert loads(text).expects[0].value.shape == (1, 3)


def test_expects_of_a_batch_know_its_size() -> None:
    """With two samples in a batch δ has two columns; the last batch may be smaller."""
    text = swap(
        ("batch_size = 1", "batch_size = 2"),
        ("value = [0.1, 0.2, 0.3]", "value = [[1, 2], [3, 4], [5, 6]]"),
    )
    assert loads(text).expects[0].value.shape == (3, 2)
    third = "[[samples]]\ninput = [1, 1]\nlabel = 0\n"
    assert loads(
        swap(("batch_size = 1", "batch_size = 2"), ("tolerance = 1.0", "update = 2")) + third
    ).expects[0].value.shape == (3, 1)


def test_symbols_of_intermediates_are_let_through() -> None:
    """Only a program knows all of them: they are looked up when it runs."""
    assert loads(swap(('"delta1"', '"W1_x"'))).expects[0].symbol == "W1_x"


def test_a_file_by_path(tmp_path: Path) -> None:
    """Paths may be text or path objects; the name is the stem."""
    file = tmp_path / "mine.toml"
    file.write_text(BASE, encoding="utf-8")
    for source in (file, str(file)):
        assert load(source).name == "mine"


def test_a_local_file_does_not_hide_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bundled name is the bundled scenario; `./` reaches a file of the same name."""
    monkeypatch.chdir(tmp_path)
    Path("mazur").write_text(BASE, encoding="utf-8")
    assert load("mazur").title.startswith("Mazur")
    assert load("./mazur").title == "a base to spoil"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads it, and diagnostics call it <stdin>."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BASE.encode())))
    assert load("-").network.sizes == (2, 3, 2)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x")))
    with pytest.raises(ScenarioError) as caught:
        load("-")
    assert caught.value.diagnostics[0].file == "<stdin>"


def test_layout_is_changed_after_reading() -> None:
    """The network is written otherwise; weights, and the layout of the expects, stay."""
    plain, turned = loads(BASE), loads(BASE, layout="row")
    assert (turned.network.layout, turned.expect_layout) == ("row", "column")
    np.testing.assert_array_equal(turned.network.layers[0].weights, plain.network.layers[0].weights)


def test_unknown_layout() -> None:
    """A layout that there is not is a diagnostic at `--layout`."""
    with pytest.raises(ScenarioError) as caught:
        loads(BASE, layout="colunm")
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.file) == ("unknown-name", "--layout")
    assert "column" in diagnostic.help


def test_scenarios_can_be_built_in_code() -> None:
    """Network and samples are enough."""
    model = loads(BASE)
    scenario = Scenario(network=model.network, samples=model.samples)
    assert (scenario.title, scenario.expects, scenario.expect_layout) == ("", (), "column")
