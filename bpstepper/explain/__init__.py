"""Explanations: what a person is told about a step, headless, from the step's own values."""
