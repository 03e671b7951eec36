"""`make figures`: the house in numbers, as docs/architecture.md's last section has them."""

import ast
import io
import re
import statistics
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONG_MODULE, LONG_FUNCTION = 250, 30  # lines
BRANCHES = (
    ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.With,
    ast.AsyncWith, ast.Assert, ast.comprehension, ast.match_case,
)  # fmt: skip
Function = ast.FunctionDef | ast.AsyncFunctionDef


def rows() -> Iterator[tuple[str, str]]:
    """What is counted, and the figure."""
    server, client = _python("bedolaga_events"), _python("client/bedolaga_events_client")
    tests, page = _python("tests"), _sources("static/js", "*.js")
    trees = [ast.parse(text) for text in server]
    yield from _modules("server", server)
    yield from _modules("client", client)
    yield from _modules("page", page)
    yield from _functions(trees)
    yield from _said(server, trees)
    lines, tested = _lines(server + client), _lines(tests)
    yield "tests: lines, of the server's and the client's", f"{tested:,}, {tested / lines:.2f}"
    yield from _tests([ast.parse(text) for text in tests])
    yield from _liberties(server, trees)


def _sources(folder: str, pattern: str) -> list[str]:
    return [
        one.read_text(encoding="utf-8")
        for one in sorted((ROOT / folder).rglob(pattern))
        if "node_modules" not in one.parts
    ]


def _python(folder: str) -> list[str]:
    return [text for text in _sources(folder, "*.py") if text]


def _lines(texts: Iterable[str]) -> int:
    return sum(len(text.splitlines()) for text in texts)


def _modules(name: str, texts: list[str]) -> Iterator[tuple[str, str]]:
    sizes = sorted(len(text.splitlines()) for text in texts)
    middle, over = statistics.median(sizes), sum(one > LONG_MODULE for one in sizes)
    yield f"{name}: modules, lines", f"{len(sizes)}, {sum(sizes):,}"
    yield (
        f"{name}: lines of a module, median, most, over {LONG_MODULE}",
        f"{middle:.0f}, {sizes[-1]}, {over}",
    )


def _functions(trees: list[ast.Module]) -> Iterator[tuple[str, str]]:
    found = [one for tree in trees for one in ast.walk(tree) if isinstance(one, Function)]
    sizes = sorted((one.end_lineno or 0) - one.lineno + 1 for one in found)
    knots = sorted(_complexity(one) for one in found)
    long = sum(one > LONG_FUNCTION for one in sizes)
    yield "functions: lines, median, nine in ten, most", _spread(sizes)
    yield f"functions over {LONG_FUNCTION} lines", f"{long} of {len(sizes)}"
    yield "functions: cyclomatic complexity, median, nine in ten, most", _spread(knots)


def _spread(numbers: list[int]) -> str:
    tenth = numbers[len(numbers) * 9 // 10]
    return f"{statistics.median(numbers):.0f}, {tenth}, {numbers[-1]}"


def _complexity(function: Function) -> int:
    inside = list(ast.walk(function))
    more = sum(len(one.values) - 1 for one in inside if isinstance(one, ast.BoolOp))
    return 1 + more + sum(isinstance(one, BRANCHES) for one in inside)


def _said(texts: list[str], trees: list[ast.Module]) -> Iterator[tuple[str, str]]:
    documented = (ast.Module, ast.ClassDef, *Function.__args__)
    told = [one for tree in trees for one in ast.walk(tree) if isinstance(one, documented)]
    written = sum(len((ast.get_docstring(one) or "").splitlines()) for one in told)
    comments = sum(_comments(text) for text in texts)
    code = sum(1 for text in texts for line in text.splitlines() if line.strip()) - written
    shares = f"{written / code:.2f}; {comments / code:.3f}"
    yield "docstrings; comments, of the code's lines", shares
    public = [one for one in told if isinstance(one, Function) and not one.name.startswith("_")]
    with_words = sum(ast.get_docstring(one) is not None for one in public)
    yield "public functions with a docstring", f"{with_words / len(public):.0%}"


def _comments(text: str) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sum(one.type == tokenize.COMMENT for one in tokens)


def _tests(trees: list[ast.Module]) -> Iterator[tuple[str, str]]:
    found = [one for tree in trees for one in ast.walk(tree) if isinstance(one, Function)]
    tests = [one for one in found if one.name.startswith("test_")]
    sizes = sorted((one.end_lineno or 0) - one.lineno + 1 for one in tests)
    said = sum(ast.get_docstring(one) is not None for one in tests)
    yield (
        "tests; lines, median; with a sentence",
        (f"{len(tests):,}; {statistics.median(sizes):.0f}; {said / len(tests):.0%}"),
    )


def _liberties(texts: list[str], trees: list[ast.Module]) -> Iterator[tuple[str, str]]:
    whole = "\n".join(texts)
    names = (one for tree in trees for one in ast.walk(tree) if isinstance(one, ast.Name))
    ignored = len(re.findall(r"# type: ignore\[", whole)), len(re.findall(r"# noqa: ", whole))
    yield "`Any`", str(sum(one.id == "Any" for one in names))
    yield "`type: ignore`, `noqa`", f"{ignored[0]}, {ignored[1]}"


if __name__ == "__main__":
    print("| what | figure |\n| --- | --- |")  # noqa: T201 - a program that prints
    for what, figure in rows():
        print(f"| {what} | {figure} |")  # noqa: T201 - as above
