"""Reading the forms of our own pages."""

import re
from typing import TypeVar

import msgspec

from feedback.http.dependencies import AnyRequest
from feedback.record.errors import Malformed
from feedback.record.limits import UNSTORABLE

Wanted = TypeVar("Wanted")
_FIELD = re.compile(r"at `\$\.(\w+)|^Object missing required field `(\w+)`$")  # as msgspec names it


async def form_values(request: AnyRequest) -> dict[str, str]:
    """Returns what was typed into each text field, without the spaces around it. Raises `Malformed` for a NUL in it."""
    form = await request.form()
    values = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
    for name, value in values.items():
        if UNSTORABLE.search(name + value):
            raise Malformed("there is a NUL in it", field=UNSTORABLE.sub("", name))
    return values


def convert(values: object, kind: type[Wanted], *, strict: bool = True) -> Wanted:
    """Returns the values as a msgspec `kind`. Raises `Malformed`, which names the first field that does not fit."""
    try:
        return msgspec.convert(values, kind, strict=strict)
    except msgspec.ValidationError as error:
        found = _FIELD.search(str(error))
        raise Malformed(str(error), field=(found[1] or found[2]) if found else None) from None
