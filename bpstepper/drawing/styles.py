"""Styles of whole arrays, measured once: the one thing in a drawing that looks at every number."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import ref

from bpstepper.drawing.render_options import RenderOptions
from bpstepper.engine.compile.network import Array
from bpstepper.number_format import Style, measure

__all__ = ["PerArray", "style_of"]

T = TypeVar("T")


class PerArray(Generic[T]):
    """What has been found out about arrays, for as long as they live; the oldest is forgotten.

    Arrays are told apart by identity: those of a trace are read-only and stay as they are.
    """

    def __init__(self, most: int) -> None:
        """Remember at most so many findings."""
        self._most = most
        self._known: OrderedDict[Hashable, tuple[ref[Array], T]] = OrderedDict()

    def get(self, array: Array, about: Hashable, find: Callable[[], T]) -> T:
        """What was found out before, or is now, `about` an array."""
        key = (id(array), about)
        known = self._known.get(key)
        if known is not None and known[0]() is array:  # an id may be another array's by now
            return known[1]
        found = find()
        self._known[key] = (ref(array), found)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return found


_styles: PerArray[Style] = PerArray(512)


def style_of(value: Array, look: RenderOptions, digits: int) -> Style:
    """How a matrix's numbers are written with so many significant digits."""
    ascii = look.charset.ascii  # noqa: A001 - what number_format calls it
    return _styles.get(value, (digits, ascii), lambda: measure(value, digits, ascii=ascii))
