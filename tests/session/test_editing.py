"""Editing: a new scenario, the cursor on the same symbol, and the way back to the same bits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstepper.engine.tables.activations import ACTIVATIONS
from bpstepper.engine.tables.layouts import LAYOUTS
from bpstepper.engine.tables.losses import LOSSES
from bpstepper.engine.tables.optimizers import OPTIMIZERS
from bpstepper.scenario import loads
from bpstepper.scenario.edit_checks import choices
from bpstepper.scenario.editable import read
from bpstepper.scenario.save import toml_value
from bpstepper.scenario.values import same_numbers
from bpstepper.session import Level, Session, Spot, start
from bpstepper.session.editing import (
    EditError,
    EditHistory,
    editable,
    edited,
    parse_edit,
    parts_of,
    places,
)
from bpstepper.session.inspecting import focus, inspect
from tests.scenes import BUNDLED, bits, opened, toml
from tests.strategies import examples

NAMES = (*(name for name in BUNDLED if name not in ("moons",)), "batches", "softmax-batch")

EDITS = (
    "training.learning_rate = 0.25",
    "training.batch_size = all",
    "training.shuffle = true",
    "training.momentum = 0.5",
    "training.train = input",
    *(f"training.optimizer = {name}" for name in OPTIMIZERS),
    *(f"network.layout = {name}" for name in LAYOUTS),
    "network.bias = folded",
    "network.bias = separate",
    "network.seed = 7",
    "network.layers.0.train_biases = false",
    *(f"network.layers.{layer}.activation = {name}" for name in ACTIVATIONS for layer in (0, 1)),
    *(f"loss.name = {name}" for name in LOSSES),
    "loss.factor = 3",
    "loss.l2 = 0.5",
    "loss.samples = sum",
    "loss.outputs = mean",
    "W1[1,1] = 0.3",
    "W2[1,2] = -1e-3",
    "b1[1] = 0.125",
    "b2[1] = -0.0",
    "x[1] = 0.7",
    "x[2,1] = -3",
    "y[1] = 0.5",
)


def tried(desk: EditHistory, text: str) -> EditHistory:
    """The desk after an edit; the same one where there is no such edit for it."""
    try:
        return desk.edit(text)
    except EditError:
        return desk


@st.composite
def desks(draw: st.DrawFn) -> EditHistory:
    """Somewhere in a scenario, without edits."""
    session = opened(draw(st.sampled_from(NAMES)))
    for move in draw(st.lists(st.sampled_from(range(7)), max_size=4)):
        moves = (
            Session.next,
            Session.into,
            Session.out,
            Session.next_phase,
            Session.next_update,
            Session.last,
            Session.next_cell,
        )
        session = moves[move](session)
    return EditHistory.of(session)


@given(desks(), st.lists(st.sampled_from(EDITS), min_size=1, max_size=5))
@examples(60)
def test_undo_is_the_way_back(desk: EditHistory, texts: list[str]) -> None:
    """After every edit undone: same numbers, same trace, same place; redo comes back again."""
    after = desk
    for text in texts:
        after = tried(after, text)
    back = after
    while back.done:
        back = back.undo()
    assert same_numbers(back.session.scenario, desk.session.scenario)
    assert bits(back.session.trace) == bits(desk.session.trace)
    assert back.session.cursor == desk.session.cursor
    assert len(back.undone) == len(after.done)
    again = back
    while again.undone:
        again = again.redo()
    assert again.edits == after.edits
    assert same_numbers(again.session.scenario, after.session.scenario)
    assert bits(again.session.trace) == bits(after.session.trace)
    assert again.session.cursor == after.session.cursor


@given(desks(), st.sampled_from(EDITS))
@examples(80)
def test_the_cursor_stays_on_its_symbol(desk: EditHistory, text: str) -> None:
    """The same update and step id; where the step is gone, one that both have, before it."""
    before = desk.session
    after = tried(desk, text).session
    assert after.cursor.update == before.cursor.update
    if before.at_start or desk.session is after:
        return
    there = {step.id for step in after.trace.steps}
    if before.cursor.level is Level.PHASE:
        assert after.step is after.phase_steps[0]
    elif before.step.id in there:
        assert after.step.id == before.step.id
        assert after.cursor.level == before.cursor.level
    else:
        earlier = [step.id for step in before.trace.steps[: before.cursor.step]]
        kept = [id_ for id_ in earlier if id_ in there]
        assert after.step.id == (kept[-1] if kept else after.trace.steps[0].id)
    assert after.cell is not None  # within the result's shape


def test_an_inspected_cell_turns_with_its_matrix() -> None:
    """The weight to h2 from i1 is inspected still when the layout is another."""
    session = inspect(opened("mazur").go("z1"))
    session = replace(session, spot=Spot(0, 0, (1, 0)))
    quantity, cell = focus(session)
    assert (quantity.key, float(quantity.value[cell])) == ("W1", 0.25)
    turned = EditHistory.of(session).edit("network.layout = row").session
    quantity, cell = focus(turned)
    assert (quantity.key, cell, float(quantity.value[cell])) == ("W1", (0, 1), 0.25)


@pytest.mark.parametrize(
    ("name", "text", "path", "before", "after"),
    [
        ("mazur", "W2[1,2] = 0.5", "W2[1,2]", 0.45, 0.5),
        ("mazur", "w6 = 0.5", "W2[1,2]", 0.45, 0.5),
        ("mazur", "  b1 [ 2 ]=1", "b1[2]", 0.35, 1.0),
        ("mazur", "b1[2,1]=1", "b1[2]", 0.35, 1.0),
        ("mazur", "x[2] = 1", "samples.0.input.1", 0.10, 1.0),
        ("mazur", "y[2,1] = 1", "samples.0.target.1", 0.99, 1.0),
        ("mazur", "training.learning_rate=5", "training.learning_rate", 0.5, 5.0),
        ("mazur", "loss.name=output", "loss.name", "squared_error", "output"),
        ("mazur", "training.batch_size=all", "training.batch_size", 1, "all"),
        ("cs231n-neuron", "W1[1,2] = 1", "W1[1,2]", -3.0, 1.0),
    ],
)
def test_what_is_said_is_understood(
    name: str, text: str, path: str, before: Any, after: Any
) -> None:
    """Each way to name a place, with the value that is there; [to, from] in every layout."""
    assert parse_edit(opened(name), text) == (path, before, after)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "an edit is written as"),
        ("delta1", "an edit is written as"),
        ("delta1[1] = 3", "nothing that can be edited"),
        ("training.learning_rat = 1", "did you mean training.learning_rate?"),
        ("training.learning_rate = fast", "must be a number"),
        ("training.learning_rate = nan", "must be a finite number"),
        ("W3[1,1] = 1", "the layers are 1 to 2"),
        ("W1[3,1] = 1", "W1 goes from [1,1] to [2,2], [to,from]"),
        ("W1[0,1] = 1", "nothing that can be edited"),
        ("W1[1] = 1", "written as W1[to,from]"),
        ("W1[1,1] = [1]", "must be a number"),
        ("W1[1,1] = inf", "must be a finite number"),
        ("x[3] = 1", "x goes from [1,1] to [2,1]"),
        ("x[1,2] = 1", "x goes from [1,1] to [2,1]"),
        ("network.layers.9.activation = tanh", "the layers are 0 to 1"),
        ("samples.0.input.7 = 1", "the numbers of its input are 0 to 1"),
        ("samples.0.input = [1]", "expected 2 numbers, got 1"),
        ("network.layers.0.activation = tahn", 'write "tanh"'),
        ("network.layers.0.weights = [[1, 2]]", "expected"),
        ("network.layers.0.weights = [[1, 2], [3]]", "rows of one length"),
        ("network.inputs = 3", "nothing that can be edited"),
        ("loss.name = categorical_cross_entropy", "softmax"),
        ("training.hold_out = 0.9", "leaves none"),
        ("training.momentum = 0.5", "the optimizer sgd has no constant momentum"),
        ("loss.unit = 1", "has no meaning"),
        ("W1[1,1] = 1979-05-27", "the value is a number"),
        ("W1[1,1] = \x1b[2J", "control character"),
        ("a" * 5000 + " = 1", "nothing that can be edited"),
        ("x[" + "1" * 5000 + "] = 1", ""),
        ("W1[1,1] = 1" + "0" * 400, "at most 300 characters"),
        ("W1[1,1] = 1" + "0" * 5000, ""),
        ("training.betas = [0.5, 0.5]", "the optimizer sgd has no constant betas"),
    ],
)
def test_what_cannot_be_edited_is_told(text: str, told: str) -> None:
    """One sentence, printable, that says what there is; and nothing is changed."""
    session = opened("mazur").next()
    with pytest.raises(EditError) as raised:
        EditHistory.of(session).edit(text)
    said = str(raised.value)
    assert told in said
    assert len(said) < 300
    assert said.isprintable()


@pytest.mark.parametrize("name", NAMES)
def test_every_number_that_is_given_has_its_place(name: str) -> None:
    """Each cell of W, b, x and y has a path, the path its value, and an edit of it lands there."""
    session = opened(name).next()
    scenario, trace = session.scenario, session.trace
    for symbol in trace.program.inputs:
        if symbol not in trace.values or trace[symbol].size > 2000:
            continue
        value = trace[symbol]
        cell = tuple(size - 1 for size in value.shape)
        path = editable(session, symbol.key, cell)
        if symbol.kind in ("W", "b", "Wb", "x"):
            assert path is not None
        if path is None:
            continue
        edit = parse_edit(session, f"{path} = 0.40625")
        assert edit.before == float(value[cell])
        try:
            after = edited(session, edit)
        except EditError:  # a target that the loss has no meaning for
            continue
        assert float(after.trace[symbol][cell]) == 0.40625
        others = np.ones(value.shape, bool)
        others[cell] = False
        assert np.array_equal(after.trace[symbol][others], value[others])
    assert scenario is session.scenario
    assert editable(session, f"z{scenario.network.depth}", (0, 0)) is None


@pytest.mark.parametrize("name", NAMES)
def test_every_place_can_be_set_to_what_it_is(name: str) -> None:
    """Whatever is listed can be edited; with its own value nothing becomes other."""
    session = opened(name)
    for path in places(session):
        if path == "loss.unit" or ".weights" in path or path.startswith("samples"):
            continue
        value = read(parts_of(session.scenario), path)
        edit = parse_edit(session, f"{path} = {toml_value(value)}".replace("\n", " "))
        assert repr(edit.before) == repr(edit.after)
        assert same_numbers(edited(session, edit).scenario, session.scenario)


def test_words_to_choose_from_are_known() -> None:
    """Of what is one of a few words, all of them; of a number, none."""
    assert set(choices("network.layers.1.activation")) == set(ACTIVATIONS)
    assert set(choices("network.layout")) == set(LAYOUTS)
    assert set(choices("loss.name")) == set(LOSSES)
    assert choices("W1[1,1]") == choices("training.learning_rate") == ()
    with pytest.raises(EditError, match="nothing that can be edited"):
        choices("network.nothing")


def test_what_is_other_is_said_once_a_place() -> None:
    """Old → new over all edits; what came back to what it was is not said."""
    desk = EditHistory.of(opened("mazur").next())
    desk = desk.edit("W1[1,1] = 1").edit("training.learning_rate = 2").edit("W1[1,1] = 3")
    assert [*map(tuple, desk.changes)] == [
        ("training.learning_rate", 0.5, 2.0),
        ("W1[1,1]", 0.15, 3.0),
    ]
    assert desk.edit("W1[1,1] = 0.15").changes == desk.changes[:1]


def test_an_edit_after_undoing_forgets_what_was_undone() -> None:
    """There is one way forward; undoing and redoing at the ends do nothing."""
    desk = EditHistory.of(opened("mazur").next())
    assert desk.undo() is desk
    assert desk.redo() is desk
    desk = desk.edit("loss.factor = 1").edit("loss.factor = 2").undo().edit("loss.factor = 3")
    assert [it.after for it in desk.edits] == [1.0, 3.0]
    assert not desk.undone
    assert desk.before is not None
    assert desk.before.scenario.loss.factor == 1.0


def test_the_last_edit_is_undone_without_training_again() -> None:
    """The timeline from before it is taken up again, and so is that from after it."""
    desk = EditHistory.of(opened("mazur").go("update 3"))
    after = desk.edit("loss.factor = 1")
    assert after.undo().session.line is desk.session.line
    assert after.undo().redo().session.line is after.session.line


def test_undo_stays_where_one_has_gone() -> None:
    """Who moved on after an edit sees the undo from there."""
    desk = EditHistory.of(opened("mazur").go("z1")).edit("W1[1,1] = 1")
    desk = desk.moved(desk.session.go("delta1").to_update(3))
    there = desk.undo().session
    assert (there.cursor.update, there.step.id) == (3, "delta1")


def test_constants_that_two_optimizers_share_stay() -> None:
    """Momentum that was chosen is that of nesterov, too; where there is none, each has its own."""
    desk = EditHistory.of(opened("mazur")).edit("training.optimizer = momentum")
    desk = desk.edit("training.momentum = 0.25").edit("training.optimizer = nesterov")
    assert dict(desk.session.scenario.training.constants) == {"momentum": 0.25}
    desk = desk.edit("training.optimizer = rmsprop")
    assert dict(desk.session.scenario.training.constants) == {"alpha": 0.99, "eps": 1e-8}


def test_a_factor_that_is_the_loss_s_own_goes_with_it() -> None:
    """½ of the squared error becomes 1 of the cross-entropy; one that was chosen stays."""
    desk = EditHistory.of(opened("three-matches-sigmoid"))
    desk = desk.edit("loss.name = squared_error")
    assert desk.session.scenario.loss.factor == 0.5
    desk = desk.edit("loss.factor = 3").edit("loss.name = binary_cross_entropy")
    assert desk.session.scenario.loss.factor == 3.0


def test_an_edit_of_a_weight_is_one_of_the_start() -> None:
    """At update 3, the weights that training starts with are edited, and all updates follow."""
    session = opened("mazur").go("update 3")
    after = EditHistory.of(session).edit("W1[1,1] = 1").session
    fresh = EditHistory.of(opened("mazur").next()).edit("W1[1,1] = 1").session
    assert after.scenario.network.layer(1).weights[0, 0] == 1.0
    assert bits(after.trace) == bits(fresh.line.trace(3))


def test_sizes_are_held_to_the_limits_of_files() -> None:
    """An edit cannot make Jacobians of a size that no file may ask for."""
    text = toml(2, 500, 2, samples=60, batch='"all"')
    desk = EditHistory.of(start(loads(text)))
    with pytest.raises(EditError, match="Jacobians of layer 1 would have 15,000,000 numbers"):
        desk.edit("network.layers.0.activation = softmax")
