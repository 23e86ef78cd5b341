"""The terminal application: widgets that hold state and CSS around drawings made elsewhere."""
