"""Saving: what is written loads to the same numbers, and comments stay."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.run.training import Timeline
from bpstepper.scenario import load, loads
from bpstepper.scenario.model import Scenario
from bpstepper.scenario.save import holding, to_toml, toml_value
from bpstepper.scenario.starter import STARTER
from bpstepper.scenario.toml_patch import edited_toml
from bpstepper.scenario.values import fingerprint, same_numbers, values
from bpstepper.scenario.verify import outcomes
from bpstepper.session import start
from bpstepper.session.editing import EditError, EditHistory
from bpstepper.session.saving import FileThereError, SaveError, save
from tests.scenes import BUNDLED, HARD, bits, opened, scenario_of, toml
from tests.session.test_editing import EDITS, tried
from tests.strategies import Draft, drafts, examples


def as_scenario(draft: Draft) -> Scenario:
    """A made-up problem as a scenario."""
    problem = draft.problem()
    return Scenario(
        network=problem.network,
        samples=problem.samples,
        loss=problem.loss,
        training=problem.training,
    )


# the samples of the others, written out, are more than a scenario file may hold
WHOLE = tuple(name for name in BUNDLED if name != "digits")


def comments(text: str) -> list[str]:
    """The comments of a file that has no # in its texts."""
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_loads_to_the_same(name: str) -> None:
    """Every number, and with them every bit of a trace; titles, notes and published numbers."""
    scenario = load(name)
    again = loads(to_toml(scenario))
    assert same_numbers(again, scenario)
    assert values(again) == values(scenario)
    assert bits(Timeline(again).trace(2)) == bits(Timeline(scenario).trace(2))


def test_the_shelf_is_written() -> None:
    """Topic and level come back; a file without them is as it was."""
    scenario = replace(load("mazur"), topic='a "topic"', level="first steps")
    again = loads(to_toml(scenario))
    assert (again.topic, again.level) == (scenario.topic, scenario.level)
    plain = loads(to_toml(replace(scenario, topic="", level="")))
    assert (plain.topic, plain.level) == ("", "")


@pytest.mark.parametrize("name", HARD)
def test_hard_scenarios_are_written(name: str) -> None:
    """Names of all kinds, huge numbers, batches."""
    scenario = scenario_of(name)
    again = loads(to_toml(scenario))
    assert same_numbers(again, scenario)
    assert values(again) == values(scenario)


@given(drafts())
@examples(60)
def test_what_is_built_in_code_is_written(draft: Draft) -> None:
    """Any problem that files may say loads to the same bits."""
    scenario = as_scenario(draft)
    again = loads(to_toml(scenario))
    assert same_numbers(again, scenario)
    assert fingerprint(again) == fingerprint(scenario)


@pytest.mark.parametrize("text", ["a", "", "\n", "a\n", 'x"""y\n\\', "\t#é\u2028", "'''", "a\\\nb"])
def test_texts_come_back(text: str) -> None:
    """Quotes, backslashes and line ends of texts."""
    scenario = replace(load("mazur"), about=text, title=text.replace("\n", " "))
    assert loads(to_toml(scenario)).about == text


@given(st.floats(allow_nan=False, allow_infinity=False))
@examples(100)
def test_floats_come_back(number: float) -> None:
    """To the bit, −0 and subnormal ones among them."""
    import tomllib

    read = tomllib.loads(f"a = {toml_value(number)}")["a"]
    assert isinstance(read, float)
    assert np.float64(read).tobytes() == np.float64(number).tobytes()


def test_the_same_is_told_from_what_is_not() -> None:
    """One bit of one number, 0 and −0, a name of a layer's activation."""
    one = load("mazur")
    for text in (
        "W1[1,1] = 0.15000000000000002",
        "b1[1] = -0.0",
        "network.layers.0.activation=tanh",
    ):
        other = EditHistory.of(start(one)).edit(text).session.scenario
        zero = EditHistory.of(start(one)).edit("b1[1] = 0.0").session.scenario
        assert not same_numbers(one, other)
        assert not same_numbers(zero, other)
        assert fingerprint(one) != fingerprint(other)


# ── one's own file ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", BUNDLED)
def test_a_file_without_edits_stays_as_it_is(name: str) -> None:
    """Byte by byte."""
    text = Path(load(name).file).read_text(encoding="utf-8")
    assert edited_toml(text, load(name), folder=Path(load(name).file).parent) == text


@given(st.sampled_from(BUNDLED), st.lists(st.sampled_from(EDITS), min_size=1, max_size=4))
@examples(60)
def test_an_edited_file_keeps_its_comments(name: str, texts: list[str]) -> None:
    """It loads to the numbers of the session, and every comment outside of arrays is there.

    But that of a class which has given way to targets: it spoke of the class.
    """
    desk = EditHistory.of(opened(name))
    for edit in texts:
        desk = tried(desk, edit)
    file = Path(load(name).file)
    original, folder = file.read_text(encoding="utf-8"), file.parent
    kept = replace(desk.session.scenario, expects=(), notes=())
    base = re.sub(r"\n\[\[(?:expect|notes)\]\](?s:.*)\Z", "\n", original)
    text = edited_toml(base, kept, folder=folder)
    if text is None:  # samples that are in a table beside it
        assert "\n[samples]\n" in original
        return
    again = loads(text, folder=folder)
    assert same_numbers(again, kept)
    assert bits(Timeline(again).trace(1)) == bits(Timeline(kept).trace(1))
    lasting = re.sub(r"(?m)^label = .*$", "", base)
    lasting = re.sub(r"(?ms)^\w+ = \[$.*?^\]", "", lasting)  # an array is written anew, whole
    assert [it for it in comments(lasting) if it not in comments(text)] == []


def test_only_what_is_edited_is_changed() -> None:
    """One line of the starter, in its place, with its comment."""
    desk = EditHistory.of(start(loads(STARTER))).edit("training.learning_rate = 0.25")
    text = edited_toml(STARTER, desk.session.scenario)
    assert text == STARTER.replace(
        "learning_rate = 0.5               # η", "learning_rate = 0.25               # η"
    )
    desk = desk.edit("W1[2,1] = 7.5").edit("x[1] = 2")
    text = edited_toml(STARTER, desk.session.scenario)
    assert text is not None
    assert "    [7.5, -0.40],\n" in text
    assert "input = [2.0, 0.8]                # one number per input" in text


def test_keys_that_were_not_there_come_beside_their_own() -> None:
    """After the last key of their table, and not after the headline of the next one."""
    desk = EditHistory.of(start(loads(STARTER))).edit("loss.l2 = 0.5").edit("network.seed = 3")
    text = edited_toml(STARTER, desk.session.scenario)
    assert text is not None
    loss = text.index("[loss]\n")
    assert loss < text.index("\nl2 = 0.5") < text.index("# ── How the parameters move")
    assert text.index("[network]\n") < text.index("\nseed = 3") < text.index("[[network.layers]]\n")


def test_tables_that_were_not_there_are_made() -> None:
    """A file without [loss] and [training] gets them."""
    text = (
        "[network]\ninputs = 1\n[[network.layers]]\nunits = 1\n[[samples]]\ninput=[1]\ntarget=[0]"
    )
    desk = EditHistory.of(start(loads(text)))
    desk = desk.edit("loss.factor = 2").edit("training.optimizer = adam").edit("W1[1,1] = 0.5")
    edited = edited_toml(text, desk.session.scenario)
    assert edited is not None
    assert same_numbers(loads(edited), desk.session.scenario)
    assert edited.startswith(
        "[network]\ninputs = 1\n[[network.layers]]\nunits = 1\nweights = [[0.5]]\n"
    )


def test_weights_that_were_drawn_are_written_out() -> None:
    """One weight of them is edited: the whole matrix is there, `init` is gone."""
    text = toml(2, 3, 1)
    desk = EditHistory.of(start(loads(text))).edit("W1[3,2] = 0.5")
    edited = edited_toml(text, desk.session.scenario)
    assert edited is not None
    again = loads(edited)
    assert same_numbers(again, desk.session.scenario)
    assert not again.warnings
    assert edited.count("init =") == text.count("init =") - 1


def test_labels_become_targets() -> None:
    """A target that is edited stands in place of the label."""
    desk = EditHistory.of(start(scenario_of("softmax-batch"))).edit(
        "samples.0.target = [0.5, 0.5, 0]"
    )
    text = to_toml(scenario_of("softmax-batch")).replace("target = [1.0, 0.0, 0.0]", "label = 0", 1)
    edited = edited_toml(text, desk.session.scenario)
    assert edited is not None
    assert "label" not in edited
    assert same_numbers(loads(edited), desk.session.scenario)


@pytest.mark.parametrize(
    "text", ["", "x = 1", "[network", "\x00", STARTER.replace("units = 3", "units = 4")]
)
def test_a_file_that_says_something_else_is_not_edited(text: str) -> None:
    """It was changed since, or is no scenario at all."""
    assert edited_toml(text, load("mazur")) is None


# ── published numbers ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [name for name in BUNDLED if name != "mazur"])
def test_published_numbers_that_still_hold_are_kept(name: str) -> None:
    """No expect of what is saved fails, unless it did before; those before the edit stay."""
    base = load(name)
    desk = EditHistory.of(start(base)).edit("training.learning_rate = 0.0123")
    kept = holding(base, desk.session.scenario)
    assert len(kept.scenario.expects) + kept.dropped == len(base.expects)
    assert all(outcome.ok for outcome in outcomes(kept.scenario))
    during_first = [it for it in base.expects if it.update == 1 and it.symbol[0] not in "Wb"]
    assert set(map(id, during_first)) <= set(map(id, kept.scenario.expects))
    folder = Path(base.file).parent
    text = edited_toml(Path(base.file).read_text(encoding="utf-8"), kept.scenario, folder)
    assert text is not None
    assert len(loads(text, folder=folder).expects) == len(kept.scenario.expects)


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "mazur"])
@pytest.mark.parametrize("layout", ["row", "column"])
def test_published_numbers_are_turned_with_the_layout(name: str, layout: str) -> None:
    """In another layout all of them hold still, in the file as it was edited and in a new one."""
    base = load(name)
    kept = holding(
        base, EditHistory.of(start(base)).edit(f"network.layout={layout}").session.scenario
    )
    assert kept.dropped == 0
    folder = Path(base.file).parent
    text = edited_toml(Path(base.file).read_text(encoding="utf-8"), kept.scenario, folder)
    for saved in (to_toml(kept.scenario), text):
        assert saved is not None
        again = loads(saved, folder=folder)
        assert again.network.layout == layout
        assert len(again.expects) == len(base.expects)
        assert all(outcome.ok for outcome in outcomes(again))


def test_minus_zero_is_written() -> None:
    """It is another number, though it is equal."""
    text = toml(2, 3, 1).replace("units = 1\n", "units = 1\nbiases = [0.0]\n")
    desk = EditHistory.of(start(loads(text))).edit("b2[1] = -0.0")
    edited = edited_toml(text, desk.session.scenario)
    assert edited is not None
    assert "biases = [-0.0]" in edited


# ── files ────────────────────────────────────────────────────────────────────────────────────


def test_saving_writes_a_file_that_loads(tmp_path: Path) -> None:
    """With the comments of the original, and what was left out told at its head."""
    desk = EditHistory.of(opened("linear-neuron-b").next()).edit("training.learning_rate = 0.1")
    saved = save(desk, tmp_path / "mine.toml")
    assert saved.kept_comments
    assert saved.dropped
    text = saved.path.read_text(encoding="utf-8")
    assert text.startswith(f"# Edited: {saved.dropped} published numbers of the original")
    assert same_numbers(load(str(saved.path)), desk.session.scenario)
    assert os.listdir(tmp_path) == ["mine.toml"]


def test_samples_beside_are_written_out_elsewhere(tmp_path: Path) -> None:
    """A table that is not in the folder of the new file is no longer needed."""
    saved = save(opened("moons"), tmp_path / "moons.toml")
    assert not saved.kept_comments
    assert same_numbers(load(str(saved.path)), load("moons"))


def test_a_file_that_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    """Nothing of it is changed; asked to, all of it is, and a link leads nowhere else."""
    other = tmp_path / "other.txt"
    other.write_text("mine")
    link = tmp_path / "link.toml"
    link.symlink_to(other)
    for path in (other, link):
        with pytest.raises(FileThereError):
            save(opened("mazur"), path)
    save(opened("mazur"), link, overwrite=True)
    assert other.read_text() == "mine"
    assert same_numbers(load(str(link)), load("mazur"))


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("", "a name is needed"),
        ("no/such/folder/x.toml", "there is no folder"),
        (".", "is a folder"),
        ("new/", "is a folder"),
        ("a\0b", "no file can have this name"),
        ("x" * 300, ""),
        (os.devnull, "is a device"),
    ],
)
def test_where_nothing_can_be_saved(
    path: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SaveError) as raised:
        save(opened("mazur"), path)
    assert told in str(raised.value)
    assert os.listdir(tmp_path) == []


def test_what_no_file_can_say_is_not_saved(tmp_path: Path) -> None:
    """Too many numbers, or a text with a control character."""
    rng = np.random.default_rng(0)
    large = loads(toml(200, 100, 2))
    layer = replace(large.network.layers[0], weights=rng.normal(size=(100, 200)))
    network = replace(large.network, layers=(layer, *large.network.layers[1:]))
    with pytest.raises(SaveError, match="a scenario file may have 256"):
        save(start(replace(large, network=network)), tmp_path / "x.toml")
    with pytest.raises(SaveError, match="no file can say this"):
        save(start(replace(load("mazur"), title="\x1b[2J")), tmp_path / "x.toml")
    save(start(large), tmp_path / "drawn.toml")
    assert same_numbers(load(str(tmp_path / "drawn.toml")), large)
    assert os.listdir(tmp_path) == ["drawn.toml"]


def test_samples_of_a_table_stay_in_it(tmp_path: Path) -> None:
    """1,797 samples are too many for a text: which file has to be there is said, and is so."""
    desk = EditHistory.of(opened("digits")).edit("training.learning_rate = 0.25")
    here = Path(load("digits").file).parent
    with pytest.raises(
        SaveError, match=r"a scenario file may have 256; first copy digits\.npz from"
    ):
        save(desk, tmp_path / "mine.toml")
    assert os.listdir(tmp_path) == []
    shutil.copy(here / "digits.npz", tmp_path)
    save(desk, tmp_path / "mine.toml")
    assert same_numbers(load(str(tmp_path / "mine.toml")), desk.session.scenario)


def test_edit_errors_are_not_saved() -> None:
    """An edit that fails leaves the desk as it was."""
    desk = EditHistory.of(opened("mazur"))
    with pytest.raises(EditError):
        desk.edit("W9[1,1] = 1")
    assert same_numbers(desk.session.scenario, load("mazur"))
