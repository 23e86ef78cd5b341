"""Running: traces, training, the gradient check, and what is read off a trace."""
