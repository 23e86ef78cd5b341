"""The schema: what a file may hold, and what is said where it holds something else."""
