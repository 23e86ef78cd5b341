"""The bug lab: common mistakes as changed programs, what they do and who would notice."""
