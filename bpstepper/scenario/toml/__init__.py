"""TOML: from text to plain values, its errors in our own words, and overrides of single keys."""
