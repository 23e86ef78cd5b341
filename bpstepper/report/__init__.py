"""Reports: a trace as text or JSON. A report is a fold over steps; nothing is computed here."""
