"""Logs that tell what happened and where, and never what was in it."""

import logging
import traceback
from types import TracebackType


class _Discreet(logging.Formatter):
    """Leaves out the text of exceptions: a database error quotes the row, and a row can hold a BSN."""

    def formatException(  # noqa: N802
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        kind, _, trace = ei
        frames = traceback.extract_tb(trace)
        ours = [frame for frame in frames if "/shared/" in frame.filename or "/services/" in frame.filename]
        places = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(ours or frames))
        return f"{kind.__name__ if kind else 'fout'} in {places}"


def configure() -> None:
    """Log warnings of everybody and the information of ours, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("zorgketen").setLevel(logging.INFO)
