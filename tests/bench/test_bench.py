"""`make bench` takes too long to be a test; that each of its modules, and of the proofs, can be started is one."""

from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
MODULES = [path for folder in ("bench", "proofs", "chaos") for path in sorted((TESTS / folder).glob("[a-z]*.py"))]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_it_can_be_started(path: Path) -> None:
    import_module(f"tests.{path.parent.name}.{path.stem}")
