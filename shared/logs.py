"""Logs that tell what happened and where, and never what was in it."""

import logging
import traceback
from types import TracebackType


def frames(trace: TracebackType | None) -> list[traceback.FrameSummary]:
    """The frames of an error, the innermost last: those in our own code, or all when none is."""
    found = traceback.extract_tb(trace)
    return [frame for frame in found if "/shared/" in frame.filename or "/services/" in frame.filename] or list(found)


class _Discreet(logging.Formatter):
    """Leaves out the text of exceptions: a database error quotes the row, and a row can hold a BSN."""

    def formatException(  # noqa: N802
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        kind, _, trace = ei
        places = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames(trace)))
        return f"{kind.__name__ if kind else 'fout'} in {places}"


def configure() -> None:
    """Log warnings of everybody and the information of ours, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("zorgketen").setLevel(logging.INFO)
