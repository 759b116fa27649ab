"""What watches over the supply chain; `make check` runs each module."""
