"""Tests of the engine: numbers held against independent oracles."""
