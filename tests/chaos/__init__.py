"""Chaos: the real processes under load while they and their Postgres are killed, and invariants that must hold."""
