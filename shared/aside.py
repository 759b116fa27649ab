"""Waiting for Postgres, a service or a C library while this thread computes: one thing aside, in a thread."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")
_POOL = ThreadPoolExecutor(thread_name_prefix="aside")


@contextmanager
def aside(work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> Iterator[Future[_T]]:
    """Do something while the block computes; at its end that is done too, whatever came of either.

    What the work uses, such as a session, the block leaves alone. Its result, or its exception, is in the future.
    """
    future = _POOL.submit(work, *args, **kwargs)
    try:
        yield future
    finally:
        wait([future])
