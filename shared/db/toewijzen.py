"""Allocations that wait for a second person, and what belongs to the life of an allocation."""
