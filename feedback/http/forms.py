"""Reading the forms of our own pages."""

from litestar.datastructures import FormMultiDict

from feedback.http.dependencies import AnyRequest
from feedback.record.errors import Malformed
from feedback.record.limits import UNSTORABLE


async def read_form(request: AnyRequest) -> FormMultiDict:
    """Returns the fields of a form as they came. Raises `Malformed` for a part in an encoding that nobody knows."""
    try:
        return await request.form()
    except LookupError:
        raise Malformed("a part of the form is in an unknown encoding") from None


async def form_values(request: AnyRequest) -> dict[str, str]:
    """Returns what was typed into each text field, without the spaces around it. Raises `Malformed` for a NUL in it."""
    form = await read_form(request)
    values = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
    for name, value in values.items():
        if UNSTORABLE.search(name + value):
            raise Malformed("there is a NUL in it", field=UNSTORABLE.sub("", name))
    return values
