"""Providers, contracts, products, tariffs and arrangements as dated data."""
