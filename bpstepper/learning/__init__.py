"""Learning: what can be seen of a network over thousands of updates, without a terminal.

`recording` runs a training in slices and keeps curves and checkpoints of it; `measures` is the
table of what is measured; `stopping` the table of what one can train until; `pictures` are a
network at one moment: its decision boundary, its confusions, its weights. The numbers are those
of the engine's own training, to the bit; how they are drawn is for others.
"""
