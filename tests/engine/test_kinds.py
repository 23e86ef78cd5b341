"""The columns of the table of kinds, held against each other and against whole traces."""

from __future__ import annotations

import pytest

from bpstepper.engine.kind import FORMS
from bpstepper.engine.symbols import KINDS, Symbol, gradient_of, kinds


@pytest.mark.parametrize("kind", KINDS)
def test_columns_name_kinds_and_forms(kind: str) -> None:
    """Whatever a row says of another kind, there is such a kind; and its form is a known one."""
    row = KINDS[kind]
    named = {row.gradient, row.of, row.by, row.copy_of, row.masks, row.moves} - {""}
    assert named <= KINDS.keys()
    assert row.form in {"", *FORMS}
    assert not row.public or row.form or "{tag}" in row.key


@pytest.mark.parametrize("kind", KINDS)
def test_a_gradient_says_by_what_it_is_taken(kind: str) -> None:
    """The gradient of a kind is the derivative of C by that kind, and has as many layers."""
    row = KINDS[kind]
    if row.gradient:
        gradient = KINDS[row.gradient]
        assert (gradient.of, gradient.by) == ("C", kind)
        assert gradient.has_layer == row.has_layer
        assert gradient.form == row.form


def test_every_parameter_has_a_gradient_a_step_and_a_next() -> None:
    """What is learned can be differentiated, moved and found again after the move."""
    for kind in kinds("parameter"):
        by = gradient_of(Symbol(kind, 1))
        assert by is not None
        assert by.layer == 1
        moved = {key for key, row in KINDS.items() if row.moves == kind}
        assert moved == {f"step_{kind}", f"{kind}_next"}
