"""What the API's description says of places, and of bodies and filters that a handler reads by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
)
from msgspec import Meta

Longitude = Annotated[float, Meta(ge=-180, le=180)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Hours = Annotated[float, Meta(ge=-8784, le=8784)]  # within a year; what is too long for its purpose is refused by name
Name = Annotated[str, Meta(max_length=200)]
Said = Annotated[str, Meta(max_length=2000)]  # by somebody, in words of their own
TEXT = Schema(type=OpenAPIType.STRING)
NUMBER = Schema(type=OpenAPIType.NUMBER)
FILE = Schema(type=OpenAPIType.STRING, content_media_type="application/octet-stream", format=OpenAPIFormat.BINARY)
MOMENT = Schema(
    one_of=[Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME), Schema(type=OpenAPIType.INTEGER)]
)
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def body_of(kinds: Mapping[str, Schema]) -> type[Operation]:
    """An operation whose body is one of these media types."""
    body = RequestBody({kind: OpenAPIMediaType(schema) for kind, schema in kinds.items()}, required=True)

    @dataclass
    class WithBody(Operation):
        def __post_init__(self) -> None:
            self.request_body = body

    return WithBody


def form_of(fields: Mapping[str, Schema], required: Sequence[str] = ()) -> type[Operation]:
    """An operation whose body is a form; files make it a multipart one."""
    form = record(fields, required)
    has_files = any(field.format == OpenAPIFormat.BINARY or field.items for field in fields.values())
    return body_of(dict.fromkeys(FORMS[:1] if has_files else FORMS, form))


def asked_by(fields: Mapping[str, Schema]) -> type[Operation]:
    """An operation with filters in its address, each of which may be left out."""
    filters = [Parameter(name, "query", schema, required=False) for name, schema in fields.items()]

    @dataclass
    class WithFilters(Operation):
        def __post_init__(self) -> None:
            self.parameters = [*(self.parameters or []), *filters]

    return WithFilters


def record(fields: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    """An object with these fields."""
    return Schema(type=OpenAPIType.OBJECT, properties=dict(fields), required=list(required) or None)


def many(item: Schema) -> Schema:
    """A list."""
    return Schema(type=OpenAPIType.ARRAY, items=item)
