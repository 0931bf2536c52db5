"""The page at /docs: the OpenAPI description as plain HTML, which needs no script and no other server."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from starlette.responses import HTMLResponse, Response

from bot.server.api.description import METHODS

Shape = Mapping[str, Any]
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1e }
h2 { margin-top: 2rem; border-bottom: 1px solid #ccc }
details { border: 1px solid #ddd; border-radius: .4rem; margin: .5rem 0; padding: .4rem .8rem }
summary { cursor: pointer } summary code { font-weight: 600 }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; color: #0b5cad }
.deprecated { text-decoration: line-through }
table { border-collapse: collapse } td, th { text-align: left; padding: .15rem 1rem .15rem 0; vertical-align: top }
pre { background: #f4f4f6; padding: .6rem; border-radius: .3rem; overflow-x: auto }
@media (prefers-color-scheme: dark) {
  body { background: #1c1c1e; color: #eee } pre { background: #2c2c2e } .method { color: #6cb2ff }
}
"""


def docs_page(description: Shape) -> Response:
    """The page; its policy allows its own style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    headers = {
        "content-security-policy": f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'",
        "x-content-type-options": "nosniff",
    }
    return HTMLResponse("".join(_page(description)), headers=headers)


def _page(description: Shape) -> Iterator[str]:
    info = description["info"]
    title = escape(info["title"])
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    yield f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style><main><h1>{title}</h1>'
    yield f"<p>{escape(info.get('description', ''))} Protocol of Rasa {escape(info['version'])}. "
    yield 'The same for programs: <a href="openapi.json">openapi.json</a>.</p>'
    yield "<p>With <code>--auth-token</code> every request carries <code>?token=…</code>, with "
    yield "<code>--jwt-secret</code> a header <code>Authorization: Bearer …</code>.</p>"
    for tag, operations in _by_tag(description).items():
        yield f"<h2>{escape(tag)}</h2>"
        for path, method, operation in operations:
            yield from _operation(path, method, operation, description)
    yield "</main></html>"


def _by_tag(description: Shape) -> dict[str, list[tuple[str, str, Shape]]]:
    found: dict[str, list[tuple[str, str, Shape]]] = {}
    for path, operations in description["paths"].items():
        for method in METHODS:
            if method in operations:
                tag = (operations[method].get("tags") or ["Other"])[0]
                found.setdefault(tag, []).append((path, method, operations[method]))
    return found


def _operation(path: str, method: str, operation: Shape, description: Shape) -> Iterator[str]:
    kind = ' class="deprecated"' if operation.get("deprecated") else ""
    what = " ".join(operation.get("description", "").split("\n\n", 1)[0].split())
    yield f'<details><summary><span class="method">{method.upper()}</span> <code{kind}>{escape(path)}</code> '
    yield f"{escape(what)}</summary>"
    yield from _parameters(operation)
    body = operation.get("requestBody")
    if body:
        yield f"<h3>Body</h3><p>{escape(body.get('description', ''))}</p>"
        for kind_of_content, content in body["content"].items():
            yield f"<p><code>{escape(kind_of_content)}</code></p>{_content(content, description)}"
    yield "<h3>Answers</h3><table>"
    for status, response in operation["responses"].items():
        yield f"<tr><th>{escape(status)}<td>{escape(response.get('description', ''))}"
        for content in response.get("content", {}).values() if status.startswith("2") else ():
            yield _content(content, description)
    yield "</table></details>"


def _parameters(operation: Shape) -> Iterator[str]:
    if operation.get("parameters"):
        yield "<h3>Parameters</h3><table>"
        for each in operation["parameters"]:
            default = each.get("schema", {}).get("default")
            shown = "" if default is None else f"default {json.dumps(default)}"
            yield f"<tr><th><code>{escape(each['name'])}</code><td>{escape(each['in'])}"
            yield f"<td>{escape(each.get('description', ''))} {escape(shown)}"
        yield "</table>"


def _content(content: Shape, description: Shape) -> str:
    example = content.get("example")
    shown = example if example is not None else _outline(content.get("schema", {}), description)
    text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False, indent=2)
    return f"<pre>{escape(text)}</pre>"


def _outline(schema: Shape, description: Shape, depth: int = 0) -> Any:
    """A schema as an example of what it describes: names of types where values would be."""
    if "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    if options:
        return _outline(options[0], description, depth)
    if schema.get("properties") and depth < 4:
        return {name: _outline(part, description, depth + 1) for name, part in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_outline(schema.get("items", {}), description, depth + 1)]
    if schema.get("type") == "object":
        return {}
    return schema.get("const", schema.get("type", "any"))
