"""The engine: numpy and the standard library, nothing else.

Equations are data: a network, a loss and a layout are compiled once into a `Program`, a flat
list of operations on symbols, which is both stepped (`trace`) and run (`training`).
"""
