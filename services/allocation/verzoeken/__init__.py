"""Requests of a provider (315, 317) and what the municipality decides on them (301, 319)."""
