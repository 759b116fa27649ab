"""Local rules of a municipality, and lines that wait for a person."""
