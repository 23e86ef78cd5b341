"""Pictures of a network at one moment: told by the network's own answers, sample by sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpstepper.engine.compile.network import Sample
from bpstepper.engine.run.training import Timeline, accuracy, split
from bpstepper.engine.symbols import Symbol
from bpstepper.training.pictures import boundary, confusion, histograms
from tests.training.test_recording import CLASSES


@pytest.mark.parametrize("layout", ["column", "row", "torch"])
def test_a_cell_of_the_plane_is_what_the_network_answers_there(layout: str) -> None:
    """A sample put in the middle of a cell gets that cell's value and class, in every layout."""
    problem = replace(CLASSES, layout=layout, hold_out=0.0).problem()
    parameters = Timeline(problem).parameters(3)
    found = boundary(problem, parameters, 5, 4, unit=2)
    assert found is not None
    (left, right), (bottom, top) = found.across, found.up
    for line in range(4):
        for column in range(5):
            x = left + (column + 0.5) / 5 * (right - left)
            y = top - (line + 0.5) / 4 * (top - bottom)
            there = Sample(input=np.array([x, y]), target=np.array([0.0, 1.0, 0.0]))
            asked = replace(problem, samples=(there,) * len(problem.samples))
            outputs = Timeline(replace(asked, training=replace(asked.training, batch_size=None)))
            moved = outputs._runner
            moved.restore({s: parameters[s] for s in moved.parameters}, 0)
            a = moved.trace()["a2"]
            a = a[:, 0] if layout == "column" else a[0]
            assert found.values[line, column] == pytest.approx(a[1], rel=1e-12)
            assert found.labels[line, column] == a.argmax()
    for point, sample in enumerate(problem.samples):
        line, column = found.cell(point)
        x, y = sample.input
        assert left + column / 5 * (right - left) <= x <= left + (column + 1) / 5 * (right - left)
        assert top - (line + 1) / 4 * (top - bottom) <= y <= top - line / 4 * (top - bottom)
        assert sample.target is not None
        assert found.targets[point] == sample.target.argmax()
    assert not found.is_held_out.any()


def test_a_plane_is_as_wide_as_numbers_go() -> None:
    """Inputs at both ends of all numbers: each is in a cell, and no end is infinite."""
    problem = CLASSES.problem()
    far = [replace(sample, input=np.array([1.7e308, -1.7e308]) * (-1) ** at)
           for at, sample in enumerate(problem.samples)]  # fmt: skip
    found = boundary(replace(problem, samples=tuple(far)), Timeline(problem).parameters(0), 5, 4)
    assert found is not None
    assert np.isfinite([*found.across, *found.up]).all()
    assert {found.cell(point) for point in range(len(far))} == {(3, 4), (0, 0)}


def test_only_a_plane_has_a_boundary() -> None:
    """A network with three inputs has none."""
    problem = replace(CLASSES, sizes=(3, 4, 3)).problem()
    assert boundary(problem, Timeline(problem).parameters(0), 5, 4) is None


def test_confusions_are_counted_sample_by_sample() -> None:
    """Rows are what samples are, columns what they are taken for; the diagonal is the accuracy."""
    problem = CLASSES.problem()
    line = Timeline(problem)
    for samples in split(problem):
        found = confusion(problem, line.parameters(2), samples)
        assert found is not None
        assert found.counts.sum() == len(samples)
        assert found.accuracy == accuracy(problem, line.parameters(2), samples)
        targets = [problem.samples[i].target for i in samples]
        rows = np.array([target.argmax() for target in targets if target is not None])
        assert found.counts.sum(axis=1).tolist() == np.bincount(rows, minlength=3).tolist()
    broken = dict(line.parameters(2)) | {Symbol("b", 2): np.full((3, 1), np.nan)}
    lost = confusion(problem, broken)
    assert lost is not None
    assert not lost.counts.any()
    assert (lost.unanswered.sum(), lost.accuracy) == (len(split(problem).held_out), 0.0)


def test_one_output_is_two_classes() -> None:
    """Two rows and two columns, called 0 and 1."""
    problem = replace(
        CLASSES, sizes=(2, 1), activations=("sigmoid",), loss="binary_cross_entropy"
    ).problem()
    found = confusion(problem, Timeline(problem).parameters(0))
    assert found is not None
    assert (found.classes, found.counts.shape) == (("0", "1"), (2, 2))


def test_every_weight_is_in_one_bin() -> None:
    """None is lost, 0 is in the middle, and what is not finite is counted apart."""
    problem = replace(CLASSES, bias="folded").problem()
    parameters = dict(Timeline(problem).parameters(5))
    whole = parameters[Symbol("Wb", 1)].copy()
    whole[0, 1], whole[1, 1] = np.inf, 1e308
    parameters[Symbol("Wb", 1)] = whole
    first, second = histograms(problem, parameters, bins=6)
    assert (first.counts.sum(), first.not_finite) == (7, 1)
    assert (second.counts.sum(), second.not_finite) == (12, 0)
    for one in (first, second):
        assert np.allclose(one.edges, -one.edges[::-1])
        assert (np.diff(one.edges) > 0).all()
        assert not one.counts.flags.writeable
