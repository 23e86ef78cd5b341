"""Pages: what stands on the screen, put together from drawings as a function of a session.

A page knows how its panes share the room that there is, and what can be clicked on it. What one
matrix or one network looks like is in `drawing`; who shows a page is in `ui`.
"""
