"""The stepper in sentences: for screen readers, logs and pipes."""
