"""Allocation driven at random on both sides, against a small model of the standard.

`kinds` is what is drawn from, `delivery` and `world` are the model, `stage` the real services, `rest` what must hold
when nothing is under way, `machine` the actions. `python -m tests.flows.stateful` runs it for longer.
"""
