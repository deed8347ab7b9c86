"""The API's own descriptions, Swagger 2.0 and OpenAPI 3.0, made from the facts and the code."""

from __future__ import annotations

import html
import json
import re
from functools import lru_cache
from typing import Any

from belvedere import __version__
from belvedere.api import contract
from belvedere.api.operation import OPERATIONS

NAMES = ("swagger.json", "openapi.json")
RELEASE = "26.12"
_STATUSES = {
    "400": "The request can be read but not carried out.",
    "403": "The caller may not do this.",
    "404": "Not found, or not visible to the caller.",
    "405": "The path exists, but not with this method; or a built-in thing cannot be changed.",
    "409": "The change contradicts what is there already.",
    "422": "A value is wrong; every problem is listed.",
    "429": "A limit was reached; try again later.",
}
_FORMATS = {"int64", "date-time", "uri-reference", "date", "float", "double", "uri"}


def versions(base: str) -> dict[str, Any]:
    """The ApiVersion of this server."""
    current = {
        "version": "4.0",
        "full_version": f"4.0.{RELEASE}",
        "status": "current",
        "swagger_url": f"{base}/api/4.0/swagger.json",
    }
    return {
        "looker_release_version": f"{RELEASE}.0",
        "current_version": current,
        "supported_versions": [current],
        "api_server_url": base,
        "web_server_url": base,
    }


@lru_cache(maxsize=4)
def encoded(name: str, base: str) -> bytes:
    made = openapi(base) if name == "openapi.json" else swagger(base)
    return json.dumps(made, separators=(",", ":"), ensure_ascii=False).encode()


def summary_of(name: str) -> str:
    """The first line of the handler's docstring, else the operation's name in words."""
    built = OPERATIONS.get(name)
    doc = (built.handler.__doc__ or "").strip() if built else ""
    return doc.split("\n")[0] if doc else name.replace("_", " ").capitalize()


# Types


def _type(type_name: str, prefix: str) -> dict[str, Any]:
    if type_name.startswith("["):
        return {"type": "array", "items": _type(type_name[1:-1], prefix)}
    if type_name.startswith("map["):
        return {"type": "object", "additionalProperties": _type(type_name[4:-1], prefix)}
    if type_name in ("any", "None"):
        return {"type": "object", "format": "any"} if prefix == "#/definitions/" else {}
    if type_name[0].isupper():
        return {"$ref": f"{prefix}{type_name}"}
    kind, _, form = type_name.partition(":")
    found: dict[str, Any] = {"type": kind if kind != "str, bytes" else "string"}
    if form in _FORMATS:
        found["format"] = form
    return found


def _schema(found: contract.Schema, prefix: str) -> dict[str, Any]:
    if found.values:
        return {"type": "string", "enum": list(found.values)}
    openapi3 = prefix != "#/definitions/"
    made: dict[str, Any] = {
        "type": "object",
        "properties": {
            name: _property(fact, prefix, openapi3=openapi3)
            for name, fact in found.properties.items()
        },
    }
    if found.required:
        made["required"] = list(found.required)
    made["x-looker-status"] = "stable"
    return made


def _property(fact: contract.Property, prefix: str, *, openapi3: bool) -> dict[str, Any]:
    made = _type(fact.type, prefix)
    if "$ref" in made:
        # Siblings of a bare reference are ignored: wrap it to keep the marks.
        return (
            made
            if not (fact.nullable or fact.read_only) or not openapi3
            else {"allOf": [made], **_marks(fact, openapi3=True)}
        )
    if fact.enum:
        made["enum"] = list(fact.enum)
    return made | _marks(fact, openapi3=openapi3)


def _marks(fact: contract.Property, *, openapi3: bool) -> dict[str, Any]:
    marks: dict[str, Any] = {}
    if fact.read_only:
        marks["readOnly"] = True
    if fact.write_only:
        marks["writeOnly" if openapi3 else "x-looker-write-only"] = True
    if fact.nullable:
        marks["nullable" if openapi3 else "x-looker-nullable"] = True
    return marks


def _extensions(fact: contract.OperationFacts) -> dict[str, Any]:
    return {"x-looker-status": fact.status, "x-looker-activity-type": fact.activity}


# Swagger 2.0


def swagger(base: str) -> dict[str, Any]:
    """Enumerations are no definitions: the official converter takes each of these for an object."""
    paths: dict[str, dict[str, Any]] = {}
    for name, fact in contract.operations().items():
        paths.setdefault(fact.path, {})[fact.method.lower()] = _swagger_operation(name, fact)
    return {
        "swagger": "2.0",
        "info": _info(),
        "host": base.partition("://")[2],
        "basePath": "/api/4.0",
        "schemes": [base.partition("://")[0] or "http"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "tags": _tags(),
        "paths": paths,
        "definitions": {
            name: _schema(contract.schema(name), "#/definitions/")
            for name in contract.schema_names()
            if not contract.schema(name).values
        },
    }


def _info() -> dict[str, Any]:
    return {
        "title": "Belvedere API",
        "version": f"4.0.{RELEASE}",
        "description": f"Looker API 4.0 as spoken by Belvedere {__version__}.",
        "license": {"name": "Apache-2.0"},
        "x-looker-release-version": f"{RELEASE}.0",
    }


def _tags() -> list[dict[str, str]]:
    return [
        {"name": tag} for tag in dict.fromkeys(fact.tag for fact in contract.operations().values())
    ]


def _swagger_operation(name: str, fact: contract.OperationFacts) -> dict[str, Any]:
    made: dict[str, Any] = {
        "tags": [fact.tag],
        "operationId": name,
        "summary": summary_of(name),
        "parameters": [_swagger_parameter(parameter) for parameter in fact.parameters],
        "responses": _answers(fact, _swagger_answer),
        **_extensions(fact),
    }
    if fact.body is not None:
        made["consumes"] = [fact.body.media_type]
        made["parameters"] += _swagger_body(fact.body)
    produced = [kind for _, kinds in fact.answers.values() for kind in kinds]
    if set(produced) - {"application/json"}:
        made["produces"] = list(dict.fromkeys(_media(kind) for kind in produced))
    return made


def _swagger_parameter(parameter: contract.Parameter) -> dict[str, Any]:
    made = {"name": parameter.name, "in": parameter.place, "required": parameter.required}
    if parameter.type.startswith("["):
        item = parameter.type[1:-1].partition(":")[0]
        return made | {"type": "array", "items": {"type": item}, "collectionFormat": "csv"}
    if parameter.type == "object":
        return made | {"type": "string"}
    return made | _type(parameter.type, "#/definitions/")


def _swagger_body(body: contract.Body) -> list[dict[str, Any]]:
    if body.media_type == "application/x-www-form-urlencoded":
        return [
            {"name": name, "in": "formData", "type": "string", "required": False}
            for name in ("client_id", "client_secret")
        ]
    schema = _type(body.type or "any", "#/definitions/")
    return [{"name": "body", "in": "body", "required": body.required, "schema": schema}]


def _answers(fact: contract.OperationFacts, render: Any) -> dict[str, Any]:
    found = {status: render(kind, media) for status, (kind, media) in fact.answers.items()}
    if not found:
        found["200"] = render(None, ("application/json",))
    for status, words in _STATUSES.items():
        if int(status) not in fact.errors:
            continue
        kind = "ValidationError" if status == "422" else "Error"
        found[status] = render(kind, ("application/json",)) | {"description": words}
    return found


def _swagger_answer(kind: str | None, media: tuple[str, ...]) -> dict[str, Any]:
    del media
    made: dict[str, Any] = {"description": kind or "Done."}
    if kind is not None:
        made["schema"] = _type(kind, "#/definitions/")
    return made


# OpenAPI 3.0


def openapi(base: str) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for name, fact in contract.operations().items():
        paths.setdefault(fact.path, {})[fact.method.lower()] = _openapi_operation(name, fact)
    return {
        "openapi": "3.0.3",
        "info": _info(),
        "servers": [{"url": f"{base}/api/4.0"}],
        "tags": _tags(),
        "paths": paths,
        "components": {
            "schemas": {
                name: _schema(contract.schema(name), "#/components/schemas/")
                for name in contract.schema_names()
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _openapi_operation(name: str, fact: contract.OperationFacts) -> dict[str, Any]:
    made: dict[str, Any] = {
        "tags": [fact.tag],
        "operationId": name,
        "summary": summary_of(name),
        "parameters": [_openapi_parameter(parameter) for parameter in fact.parameters],
        "responses": _answers(fact, _openapi_answer),
        **_extensions(fact),
    }
    if fact.body is not None:
        schema = _type(fact.body.type or "any", "#/components/schemas/")
        made["requestBody"] = {
            "required": fact.body.required,
            "content": {fact.body.media_type: {"schema": schema}},
        }
    return made


def _openapi_parameter(parameter: contract.Parameter) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required or parameter.place == "path",
        "schema": _type(parameter.type, "#/components/schemas/"),
    }
    if parameter.type.startswith("["):
        made |= {"style": "simple" if parameter.place == "path" else "form", "explode": False}
    return made


def _media(kind: str) -> str:
    return "text/plain" if kind == "text" else kind


def _openapi_answer(kind: str | None, media: tuple[str, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {"description": kind or "Done."}
    if kind is not None:
        schema = _type(kind, "#/components/schemas/")
        made["content"] = {_media(name): {"schema": schema} for name in media}
    return made


# Pages

_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
    "<body style='font:16px/1.5 system-ui;max-width:40em;margin:4em auto;padding:0 1em'>"
    "<h1>{title}</h1>{body}</body></html>"
)
_ERROR_WORDS = {
    "401": "No valid credentials came with the request: log in and send the token.",
    "415": "The body is of a type that the operation does not take.",
    "501": "The operation is published, but this server does not offer it yet.",
    **_STATUSES,
}


def error_page(path: str) -> str:
    """What an error's documentation_url leads to."""
    match = re.match(r"/errors/4\.0/(\d{3})/(\w+)(/.*)?", path)
    status, method, where = match.groups() if match else ("", "", "")
    words = _ERROR_WORDS.get(status, "The request could not be answered.")
    shown = html.escape(f"{method.upper()} {where or ''}")
    return _PAGE.format(title=f"Error {status}", body=f"<p>{words}</p><p><code>{shown}</code></p>")


def front_page() -> str:
    links = "".join(
        f"<li><a href='{url}'>{words}</a></li>"
        for url, words in (
            ("/api/4.0/openapi.json", "OpenAPI 3.0 description"),
            ("/api/4.0/swagger.json", "Swagger 2.0 description"),
            ("/versions", "Versions"),
        )
    )
    body = f"<p>This server speaks the Looker API 4.0 at <code>/api/4.0</code>.</p><ul>{links}</ul>"
    return _PAGE.format(title="Belvedere", body=body)
