"""Plots: curves, planes, bars and tables of counts as text."""
