"""Terms, days off and outcomes."""
