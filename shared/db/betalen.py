"""Payments: instalment plans, proposals, payments and what the bank says of them."""
