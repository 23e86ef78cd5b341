"""bpstepper."""
