"""Insights: what the values at hand show that a student might overlook."""
