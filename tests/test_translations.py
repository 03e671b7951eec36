"""Whatever the server says to a person has Russian: its sentences are read out of its source."""

import ast
import asyncio
import inspect
import json
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from pydantic_core import PydanticKnownError, core_schema

from bedolaga_events import chat_replies, errors
from bedolaga_events.delivery import addresses
from bedolaga_events.errors import ConfigError, EventsError, Unwanted
from bedolaga_events.store import trouble

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "bedolaga_events"
SAID: dict[str, str] = json.loads((ROOT / "static/js/locales/ru.said.json").read_text())
READ = """
import { readFileSync } from 'node:fs';
import { translator } from './said.js';
const { said, asked } = JSON.parse(readFileSync(0, 'utf8'));
const { known } = translator(said);
console.log(JSON.stringify(asked.map((one) => known(one) ?? null)));
"""
STANDING_FOR = "7"  # in a sentence, what the server puts there
REFUSALS = {
    name
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, EventsError) and kind not in (ConfigError, Unwanted)
}
# Read at the start, in a terminal: never by the page.
OF_THE_START = ("cli", "settings.py", "kinds.py", "config.py")
# What only objects of Python can be refused for; bodies are JSON, queries are text.
OF_PYTHON = (
    *("no_such_attribute", "get_attribute_error", "json_type", "needs_python_object"),
    *("frozen_field", "frozen_instance", "frozen_dict_type", "ordered_dict_type", "counter_type"),
    *("default_factory_not_called", "iterable_type", "iteration_error", "deque_type"),
    *("dataclass_type", "dataclass_exact_type", "named_tuple_type", "mapping_type"),
    *("set_item_not_hashable", "frozen_set_type", "is_instance_of", "is_subclass_of"),
    *("callable_type", "arguments_type", "missing_argument", "unexpected_keyword_argument"),
    *("missing_keyword_only_argument", "unexpected_positional_argument", "assertion_error"),
    *("missing_positional_only_argument", "multiple_argument_values", "datetime_object_invalid"),
    *("missing_sentinel_error", "ellipsis_error", "recursion_loop", "complex_type"),
    *("complex_str_parsing", "fraction_type", "fraction_parsing", "timezone_offset"),
    *("time_delta_type", "time_delta_parsing", "uuid_version", "url_syntax_violation"),
    *("bytes_type", "bytes_too_short", "bytes_too_long", "bytes_invalid_encoding"),
    *("date_from_datetime_inexact", "date_past", "date_future"),
    "value_error",  # our own sentence behind a word that is taken off (reading.py)
)
OPENSSL = (  # X509_verify_cert_error_string(3), and the reasons of ssl.h
    "self-signed certificate",
    "self-signed certificate in certificate chain",
    "unable to get local issuer certificate",
    "unable to get issuer certificate",
    "certificate has expired",
    "certificate is not yet valid",
    "Hostname mismatch, certificate is not valid for '7'.",
    "IP address mismatch, certificate is not valid for '7'.",
    "wrong version number",
    "unsupported protocol",
    "tlsv1 alert protocol version",
    "sslv3 alert handshake failure",
    "tlsv1 unrecognized name",
    "unexpected eof while reading",
)
NUMBERS = "gt ge lt le multiple_of min_length max_length actual_length max_digits decimal_places"
CONTEXT = {
    **dict.fromkeys([*NUMBERS.split(), "whole_digits"], 7),
    **dict.fromkeys(["error", "pattern", "expected", "field_type", "class_name", "tag"], "x y"),
    **dict.fromkeys(["discriminator", "expected_tags", "expected_schemes"], "x y"),
}


@pytest.mark.skipif(not shutil.which("node"), reason="needs Debian's nodejs")
async def test_every_sentence_of_the_server_has_russian(tmp_path: Path) -> None:
    """Refusals, findings of fields, why a delivery failed, what chats and alerts answer."""
    asked = {**in_calls(), **in_deliveries(), **of_addresses(), **of_chats()}
    asked |= {**of_pydantic(), **of_the_store(), **dict.fromkeys(OPENSSL, "OpenSSL")}
    assert len(asked) > 150
    shutil.copy(ROOT / "static/js/lib/said.js", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "read.js").write_text(READ)
    process = await asyncio.create_subprocess_exec(
        "node", "read.js", cwd=tmp_path, stdin=asyncio.subprocess.PIPE, stdout=-1, stderr=-1
    )
    async with asyncio.timeout(60):
        wanted = json.dumps({"said": SAID, "asked": list(asked)})
        out, problem = await process.communicate(wanted.encode())
    assert process.returncode == 0, problem.decode()
    translated = dict(zip(asked, json.loads(out), strict=True))
    missing = {one: asked[one] for one, text in translated.items() if text is None}
    assert not missing, "\n".join(f"{where}: {one}" for one, where in missing.items())
    english = {one: text for one, text in translated.items() if not is_russian(text)}
    assert {one for one in english if not one.startswith(("TLS: ", *SERVICES))} == set()


SERVICES = ("Telegram: ", "MAX: ", "Discord: ", "Slack: ", "ntfy: ", "HTTP ")


def is_russian(text: str) -> bool:
    return any("а" <= one <= "я" for one in text.lower())


def in_calls() -> dict[str, str]:
    """What errors are made with, wherever a request is answered: the sentence, and where it is."""
    found = {}
    for path, tree in sources():
        if OF_THE_START[0] in path.parts or path.name in OF_THE_START:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and is_refusal(node.func, path.name == "errors.py"):
                found.update(dict.fromkeys(arguments(node), f"{path.name}:{node.lineno}"))
    return {one: where for one, where in found.items() if one != str(Unwanted())}


def in_deliveries() -> dict[str, str]:
    """What an attempt can fail for: every sentence in the modules that make attempts."""
    found = {}
    for path, tree in sources():
        if path.parent.name != "delivery":
            continue
        quiet = {id(part) for node in ast.walk(tree) for part in unsaid(node)}
        for node in ast.walk(tree):
            text = None if id(node) in quiet else template(node)
            if text and text.count(" ") > 1 and text[0].isalpha() and "\r" not in text:
                found[text] = f"{path.name}:{node.lineno}"  # type: ignore[attr-defined] # has text
    return found


def of_pydantic() -> dict[str, str]:
    """pydantic's own sentence for each type of error that JSON or a query can bring about."""
    found = {}
    for kind in get_args(core_schema.ErrorType):
        if kind not in OF_PYTHON:
            found[sentence_of(kind)] = f"pydantic's {kind}"
    return found


def sentence_of(kind: core_schema.ErrorType) -> str:
    try:
        return PydanticKnownError(kind, CONTEXT).message()
    except TypeError:  # this one takes nothing
        return PydanticKnownError(kind).message()


def of_addresses() -> dict[str, str]:
    """Why an address is not allowed: the range that it lies in."""
    return {f"{one.name} {one.network}": "RULES" for one in addresses.RULES}


def of_chats() -> dict[str, str]:
    advice = (*chat_replies.ADVICE.values(), chat_replies.MOVED)
    return {f"Telegram: 7. {one}.": "ADVICE" for one in advice}


def of_the_store() -> dict[str, str]:
    every = [one for one in vars(trouble).values() if isinstance(one, trouble.Trouble)]
    return {one.refusal().detail: "trouble.py" for one in every}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, ast.parse(path.read_text())


def is_refusal(function: ast.expr, is_errors: bool) -> bool:
    match function:
        case ast.Name(name):
            return name in REFUSALS or name in ("ValueError", "Meaning", "Said")
        case ast.Attribute(_, "refuse" | "_replace"):  # of a sign-in; what a way of alerts said
            return True
        case ast.Attribute(ast.Name(name), "at"):
            return name in REFUSALS
        case ast.Attribute(_, "__init__"):
            return is_errors
    return False


def arguments(call: ast.Call) -> Iterator[str]:
    sentences = [one.value for one in call.keywords if one.arg == "sentence"]
    for one in (*call.args, *sentences):
        for branch in branches(one):
            text = template(branch) or constants().get(ast.unparse(branch).split(".")[-1])
            if text and any(word.isalpha() and len(word) > 1 for word in text.split()):
                yield text


@cache
def constants() -> dict[str, str]:
    """Sentences that have a name, in whatever module."""
    return {
        ast.unparse(one.targets[0]): text
        for _, tree in sources()
        for one in tree.body
        if isinstance(one, ast.Assign) and (text := template(one.value)) and " " in text
    }


def branches(node: ast.expr) -> Sequence[ast.expr]:
    match node:
        case ast.IfExp():
            return node.body, node.orelse
        case ast.BoolOp():
            return node.values
    return (node,)


def unsaid(node: ast.AST) -> Iterator[ast.AST]:
    """What in a node is for the log, for who starts the server, or a docstring."""
    match node:
        case ast.Call(ast.Attribute(_, "error" | "warning" | "info")):  # the log's
            yield from ast.walk(node)
        case ast.Call(ast.Name("_rules" | "ConfigError")) | ast.keyword("name"):
            yield from ast.walk(node)
        case ast.Call(ast.Name(name)) if name.endswith("Error"):
            yield from ast.walk(node.func)
        case ast.Expr(ast.Constant()):
            yield node.value
        case ast.JoinedStr():
            yield from node.values


def template(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(str(text)):
            return text
        case ast.JoinedStr(parts):
            return "".join(template(one) or STANDING_FOR for one in parts)
    return None
