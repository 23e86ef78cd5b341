"""`--set key=value`."""

from __future__ import annotations

import numpy as np
import pytest

from bpstepper.scenario import Diagnostic, ScenarioError, loads
from tests.scenario.spoiling import BASE


def refused(*overrides: str) -> tuple[Diagnostic, ...]:
    """What is said about overrides of a good file."""
    with pytest.raises(ScenarioError) as caught:
        loads(BASE, "good.toml", overrides=overrides)
    return caught.value.diagnostics


def test_numbers_words_and_lists() -> None:
    """Values are TOML; a single word may do without quotes."""
    scenario = loads(
        BASE,
        overrides=[
            "training.learning_rate=0.1",
            "network.layers.0.activation=tanh",
            'network.layers.1.activation = "linear"',
            "samples.0.input=[3, 4]",
            "training.shuffle=true",
        ],
    )
    assert scenario.training.learning_rate == 0.1
    assert [layer.activation for layer in scenario.network.layers] == ["tanh", "linear"]
    np.testing.assert_array_equal(scenario.samples[0].input, [3, 4])
    assert scenario.training.shuffle is True


def test_the_last_one_wins() -> None:
    """Overrides are applied in order."""
    overrides = ["training.learning_rate=0.1", "training.learning_rate=0.2"]
    assert loads(BASE, overrides=overrides).training.learning_rate == 0.2


def test_a_table_that_the_file_has_not() -> None:
    """An override may bring in a table."""
    text = BASE.replace('[loss]\nname = "squared_error"\n', "")
    assert loads(text, overrides=["loss.factor=1"]).loss.factor == 1.0


def test_an_override_may_mend_the_file() -> None:
    """What it replaces is not looked at."""
    text = BASE.replace("label = 1", "label = 7")
    target = loads(text, overrides=["samples.1.label=0"]).samples[1].target
    np.testing.assert_array_equal(target, [1, 0])


@pytest.mark.parametrize(
    ("override", "code", "column"),
    [
        ("learning_rate", "bad-override", 1),
        ("", "bad-override", 1),
        ("=1", "bad-override", 1),
        ("a=1\nb=2", "bad-override", 1),
        ("training.learning_rate=", "bad-override", 1),
        ("training.learning_rate=0,1", "decimal-comma", 24),
        ("training.learning_rate=.5", "leading-dot", 24),
        ("training.learning_rate=fast", "wrong-type", 24),
        ("training.learning_rate=-1", "negative-learning-rate", 24),
        ("training.learning_rat=1", "unknown-key", 1),
        ("trainin.learning_rate=1", "unknown-key", 1),
        ("network.layers.0.activation=rleu", "unknown-name", 29),
        ("network.layers.2.activation=relu", "unknown-key", 1),
        ("network.layers.x=1", "unknown-key", 1),
        ("title.x=1", "unknown-key", 1),
        ("network.layers.0.weights=[[1, 2], [3, true], [4, 5]]", "wrong-type", 39),
        ("network.layers.0.weights=[[1, 2], [3], [4, 5]]", "ragged-matrix", 35),
        ("title='a\x1bb'", "control-character", 9),
        (r'title="\u001b"', "control-character", 7),
        ("samples.1.label=9", "label-out-of-range", 17),
        ("x=" + "[" * 1000, "too-deep", 19),
        (".".join("a" * 1000) + "=1", "too-many-parts", 1),
    ],
)
def test_bad_overrides(override: str, code: str, column: int) -> None:
    """The place is in the text of the override."""
    diagnostic = refused(override)[0]
    assert (diagnostic.code, diagnostic.file) == (code, "--set")
    assert (diagnostic.line, diagnostic.column) == (1, column)


def test_unknown_keys_are_suggested() -> None:
    """As in files."""
    assert "learning_rate" in refused("training.learning_rat=1")[0].help


def test_all_overrides_are_told_at_once() -> None:
    """One bad override does not hide the next."""
    assert len(refused("nonsense", "title.x=1")) == 2


def test_a_conflict_between_file_and_override_shows_both() -> None:
    """An override that no longer fits the file points into both."""
    diagnostic = next(d for d in refused("network.layers.0.units=4") if d.second)
    assert diagnostic.second is not None
    assert {diagnostic.file, diagnostic.second.file} == {"good.toml", "--set"}
