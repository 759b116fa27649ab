"""Tables of figures as JSON or as CSV, as the caller asks: `?formaat=csv`, or the header Accept."""

import csv
import io
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request, Response

from shared.contracts import Model

M = TypeVar("M", bound=Model)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def _asked(
    request: Request,
    formaat: Annotated[
        str | None, Query(pattern="^(json|csv)$", description="json of csv; leeg: wat de header Accept vraagt")
    ] = None,
) -> bool:
    if formaat is None:
        return request.headers.get("accept", "").partition(";")[0].strip() == "text/csv"
    return formaat == "csv"


AlsCsv = Annotated[bool, Depends(_asked)]
"""Whether the caller wants CSV."""
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "De cijfers"}
}
"""What a route that gives both tells of it in the OpenAPI."""


def table(whole: M, row: type[Model], rows: Sequence[Model], *, als_csv: bool) -> M | Response:
    """An answer as it is, or its rows as CSV: a header, then one line each; UTF-8, separated by `;`."""
    return Response(written(row, rows), media_type="text/csv") if als_csv else whole


def written(row: type[Model], rows: Sequence[Model]) -> str:
    """The fields of `row`, of rows that may have more, as CSV.

    Text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    file, names = io.StringIO(), list(row.model_fields)
    out = csv.DictWriter(file, names, delimiter=";", lineterminator="\r\n")
    out.writeheader()
    out.writerows({name: _cell(value) for name, value in found.model_dump(include={*names}).items()} for found in rows)
    return file.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
