"""The starter: a teacher who does what its comments say, and reads nothing else, gets a scenario.

The comments are followed to the letter: each key that is commented out is uncommented, each word
that a comment offers is written, and the parts that may be replaced are replaced as they say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from bpstepper.cli import main
from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.initializers import INITIALIZERS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.scenario import load, loads
from bpstepper.scenario.schema.library_order import LEVELS
from bpstepper.scenario.starter import STARTER
from bpstepper.scenario.values import values

COMMENTED = re.compile(r"^# (\w+) = (.*?)(?:  +#.*)?$", re.MULTILINE)
OTHERWISE = {
    "level": "default: not said",
    "edit": "default: none",
    "at": "optional: one element",
    "init": "Leave `weights` out",
    "weight_names": "your source's own names",
}
"""Commented keys that do not show their default, and what the starter says of each."""


def test_keys_that_are_commented_out_show_their_default() -> None:
    """Uncommented, one at a time, they change nothing; the others say that they are examples."""
    before = values(loads(STARTER))
    keys = [match[1] for match in COMMENTED.finditer(STARTER)]
    assert len(keys) > 12
    for match in COMMENTED.finditer(STARTER):
        if match[1] in OTHERWISE:
            continue
        text = f"{STARTER[: match.start()]}{match[1]} = {match[2]}{STARTER[match.end() :]}"
        assert values(loads(text)) == before, match[0]
    assert set(OTHERWISE) <= set(keys)
    assert all(said in STARTER for key, said in OTHERWISE.items() if key != "at")


def offered(key: str) -> list[str]:
    """The words that the comments offer for a key: its own, and those after it."""
    (found,) = re.findall(rf'^#? ?{key} = "(\w+)" *#(.*(?:\n +#.*)*)', STARTER, re.MULTILINE)[:1]
    return [found[0], *re.findall(r"\w+", found[1])]


@pytest.mark.parametrize(
    ("key", "table"),
    [
        ("activation", ACTIVATIONS),
        ("init", INITIALIZERS),
        ("name", LOSSES),
        ("optimizer", OPTIMIZERS),
        ("level", LEVELS),
    ],
)
def test_every_word_that_there_is_is_offered(key: str, table: Iterable[str]) -> None:
    """No name of a table is missing from the comment, so that nothing else has to be read."""
    words = set(offered(key)) if key != "level" else set(re.findall(r'"([a-z ]+)"', STARTER))
    assert set(table) <= words


def test_weights_can_be_left_out() -> None:
    """`weights` deleted and `init` uncommented, with each of the words that are offered."""
    without, count = re.subn(r"^weights = \[\n(?: .*\n)+\]\n", "", STARTER, flags=re.MULTILINE)
    assert count == 1
    for word in INITIALIZERS:
        text = re.sub(r'^# init = "\w+"', f'init = "{word}"', without, flags=re.MULTILINE)
        scenario = loads(text)
        assert scenario.warnings == ()
        assert scenario.network.layers[0].weights.shape == (3, 2)


def test_a_teacher_writes_a_scenario_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`new`; another network, a table of samples, a number from paper; `check` holds it to that.

    A slip in the number is told with its line, and mended; the numbers here are numpy's.
    """
    monkeypatch.chdir(tmp_path)
    assert main(["new", "mine.toml"]) == 0
    file = tmp_path / "mine.toml"
    text = file.read_text(encoding="utf-8")

    # "how many units"; "2 rows (one per unit) of 2 (one per input)"; names by default
    text = text.replace("units = 3 ", "units = 2 ")
    text = text.replace("    [-0.50, 0.60],\n", "").replace("[0.1, 0.1, 0.1]", "[0.1, 0.1]")
    text = re.sub(r"^unit_names = .*\n", "", text, flags=re.MULTILINE)
    text = text.replace("[[0.7, -0.8, 0.9]]      # 1 row of 3", "[[0.7, -0.8]]")

    # "Or all of them in a table beside this file, in place of every [[samples]] below"
    table = re.search(r"(?:^#     .*\n)+", text[text.index("# Or all of them in a table") :], re.M)
    assert table is not None
    written = re.sub(r"^#     ", "", table[0], flags=re.MULTILINE)
    text = re.sub(r"^\[\[samples\]\]\n(?:.+\n)+\n", "", text, flags=re.MULTILINE)
    text = text.replace(table[0], "\n" + written)
    (tmp_path / "data.csv").write_text("hours,sleep,passed\n0.5,0.8,1\n0.1,0.4,0\n")

    # "Take them from your source, never from the program": by hand, with a slip at first
    z = np.array([[0.1, 0.2], [0.3, -0.4]]) @ [0.5, 0.8] + 0.1
    assert "value = [0.31, -0.07, 0.33]" in text
    slip = text.replace("value = [0.31, -0.07, 0.33]", f"value = [{z[0]:.9f}, 0.07]")
    file.write_text(slip, encoding="utf-8")
    assert main(["check", "mine.toml"]) == 1
    line = slip[: slip.index("[[expect]]")].count("\n") + 1
    assert f"line {line}" in capsys.readouterr().out
    file.write_text(slip.replace("0.07]", f"{z[1]:.9f}]"), encoding="utf-8")
    assert main(["check", "mine.toml"]) == 0
    assert "2 numbers held" in capsys.readouterr().out
    assert main(["mine.toml"]) == 0  # it is stepped through; without a terminal, as text

    scenario = load(str(file))
    assert scenario.warnings == ()
    assert scenario.network.sizes == (2, 2, 1)
    assert [sample.target for sample in scenario.samples] == [[1.0], [0.0]]
