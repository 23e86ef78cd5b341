"""Training: what can be seen of a network over thousands of updates; model, page, keys, command."""
