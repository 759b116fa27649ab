"""The demo: a municipality and two providers exchange real messages, told on screen as it happens."""
