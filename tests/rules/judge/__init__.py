"""A second opinion on levels 3 and 4 of the 323: `python -m tests.rules.judge --lines 200000 --seed 1`.

`verdict` judges one line at a time in plain Python, written from the texts of the standard and not from the SQL;
`volume` is its arithmetic (IV076 to IV078), `worlds` and `invoices` make random worlds, `store` lets the product
judge the same, and `compare` puts both next to each other.
"""
