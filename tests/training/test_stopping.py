"""What one can train until: understood however it is typed, refused where it means nothing."""

from __future__ import annotations

import pytest

from bpstepper.training.stopping import STOPS, StopError, stop
from tests.strategies import Draft
from tests.training.test_recording import CLASSES

PROBLEM = CLASSES.problem()


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("C < 0.01", "C is below 0.01"),
        ("c>5", "C is above 5"),
        ("accuracy >= 95%", "accuracy of the held-out samples is at least 95 %"),
        ("accuracy ≥ 0,95", "accuracy of the held-out samples is at least 95 %"),
        ("training accuracy 1", "accuracy of the training samples is at least 100 %"),
        ("no better for 10 epochs", "C of the held-out samples is no better for 10 epochs"),
        ("patience 1", "C of the held-out samples is no better for 1 epoch"),
        ("update 500", "update 500 is done"),
        ("Epoch 3", "epoch 3 is done"),
        ("20,000 updates", "update 20,000 is done"),
        ("500", "update 500 is done"),
        ("20 epochs", "epoch 20 is done"),
    ],
)
def test_what_is_understood(said: str, means: str) -> None:
    """Each in its own words."""
    assert stop(said, PROBLEM).says == means


def test_an_epoch_is_so_many_updates() -> None:
    """Nine samples in batches of five: two updates each."""
    assert stop("epoch 3", PROBLEM).updates == 6


def test_every_usage_is_understood() -> None:
    """The table's own examples."""
    for row in STOPS:
        assert stop(row.usage, PROBLEM).says


@pytest.mark.parametrize(
    "said",
    [
        "",
        "C",
        "C < x",
        "accuracy >= 300%",
        "[red]",
        "update -1",
        "update 0",
        "0",
        "Epoch 00",
        "5 apples",
    ],
)
def test_what_is_none_is_refused(said: str) -> None:
    """With a word about what there is."""
    with pytest.raises(StopError):
        stop(said, PROBLEM)


def test_no_accuracy_without_classes() -> None:
    """Real targets: said, not waited for in vain."""
    with pytest.raises(StopError, match="no classes"):
        stop("accuracy 90%", Draft(sizes=(2, 1), activations=("tanh",), hard=False).problem())
