"""Break the triage core on purpose, one place at a time, and count how often a test notices.

`.venv/bin/python -m benchmarks.mutation` (``--every 1`` breaks every place, the default every twelfth;
``--start 6`` begins with another place, ``--module policy`` takes one file). Each break runs in a process of
its own, split off after the knowledge was read, so that nothing on the disk changes. What no test noticed is
printed; docs/tests.md says what it was.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
MODULES = ("policy", "memory", "answers")
# The tests that talk with the core alone, those that say most of a module first.
FIRST = {"policy": ["triage_policy"], "memory": ["conversation_memory"], "answers": ["conversation_answers"]}
TESTS = (
    "triage_policy conversation_memory conversation_answers conversation_questions conversation_next "
    "conversation_over triage_questions triage_values comfort daily_check replies"
).split()
EVERY = 12
SECONDS = 600  # a break that makes the tests run for ever is noticed too

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_SUMS: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}


class Break(NamedTuple):
    """One place that is broken: the module, the line, and what stands there before and after."""

    module: str
    line: int
    before: str
    after: str
    place: int


class _Breaker(ast.NodeTransformer):
    """Breaks one place of a module, or, without one, lists them.

    Args:
        module: its name.
        place: the number of the place.
    """

    def __init__(self, module: str, place: int | None = None) -> None:
        self.found: list[Break] = []
        self._module = module
        self._place = place

    def _broken(self, node: ast.expr, broken: ast.expr) -> ast.expr:
        number = len(self.found)
        before, after = ast.unparse(node), ast.unparse(broken)
        self.found.append(Break(self._module, node.lineno, before, after, number))
        return ast.copy_location(broken, node) if number == self._place else node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        first = _COMPARISONS.get(type(node.ops[0]))
        return (
            self._broken(node, ast.Compare(node.left, [first(), *node.ops[1:]], node.comparators))
            if first
            else node
        )

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return self._broken(node, ast.BoolOp(other, node.values))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        return self._broken(node, node.operand) if isinstance(node.op, ast.Not) else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        other = _SUMS.get(type(node.op))
        return self._broken(node, ast.BinOp(node.left, other(), node.right)) if other else node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, bool):
            return self._broken(node, ast.Constant(not node.value))
        if isinstance(node.value, (int, float)):
            return self._broken(node, ast.Constant(node.value + 1))
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node  # a type is no behaviour

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        return node


def path_of(module: str) -> Path:
    """The module's file."""
    return ROOT / "blina" / "triage" / f"{module}.py"


def places(module: str) -> list[Break]:
    """Every place of a module that can be broken, in the order of the file."""
    breaker = _Breaker(module)
    breaker.visit(_parsed(module))
    return breaker.found


def broken(module: str, place: int) -> ast.Module:
    """The module with one place broken.

    Args:
        module: its name.
        place: number of the place, as `places` counts.
    """
    tree: ast.Module = _Breaker(module, place).visit(_parsed(module))
    return ast.fix_missing_locations(tree)


def _parsed(module: str) -> ast.Module:
    return ast.parse(path_of(module).read_text(encoding="utf-8"))


class _Loader(importlib.abc.Loader, importlib.abc.MetaPathFinder):
    """Hands out the broken module in the place of the one on the disk."""

    def __init__(self, item: Break) -> None:
        self._name = f"blina.triage.{item.module}"
        self._item = item

    def find_spec(
        self, name: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The broken module, when it is asked for."""
        return importlib.util.spec_from_loader(name, self) if name == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the broken code."""
        code = compile(broken(self._item.module, self._item.place), str(path_of(self._item.module)), "exec")
        exec(code, module.__dict__)  # noqa: S102 - our own code, with one place changed


def is_noticed(item: Break) -> bool:
    """Whether a test fails with the module broken."""
    child = os.fork()
    if child == 0:
        _run_tests(item)
    _, status = os.waitpid(child, 0)
    return status != 0


def _run_tests(item: Break) -> None:
    """Run the tests in this process, which ends with their status."""
    import pytest

    signal.alarm(SECONDS)
    sys.meta_path.insert(0, _Loader(item))
    first = FIRST[item.module]
    files = [
        f"tests/unit/test_{name}.py" for name in [*first, *(name for name in TESTS if name not in first)]
    ]
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            status = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:warnings", *files])
    os._exit(int(status))


def prepare() -> None:
    """Read what every process needs, once, and nothing of what is broken."""
    import hypothesis  # noqa: F401 - these three only take time to load
    import pytest_asyncio  # noqa: F401
    import textstat  # noqa: F401

    import blina.knowledge
    from blina.knowledge import loader
    from blina.reading import reader

    read = lru_cache(loader.load_knowledge)
    loader.load_knowledge = read
    blina.knowledge.load_knowledge = read
    reader.SymptomReader(read())
    loaded = [name for name in sys.modules if name.startswith(("blina.triage", "blina.replies"))]
    assert not loaded, loaded  # noqa: S101 - what is loaded cannot be broken any more


def measured(modules: list[str], every: int, jobs: int, start: int = 0) -> Iterator[tuple[Break, bool]]:
    """Break every so-manieth place.

    Args:
        modules: their names.
        every: 1 breaks all.
        jobs: how many at the same time.
        start: the number of the first place.

    Yields:
        each break, and whether a test noticed it.
    """
    items = [item for module in modules for item in places(module)][start::every]
    with ThreadPoolExecutor(jobs) as pool:
        yield from zip(items, pool.map(is_noticed, items), strict=True)


def main() -> None:
    """Measure, and print the score and what no test noticed."""
    parser = argparse.ArgumentParser(description="Break the triage core, and count what the tests notice.")
    parser.add_argument("--module", choices=MODULES, action="append")
    parser.add_argument("--every", type=int, default=EVERY)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    os.chdir(ROOT)
    prepare()
    noticed = total = 0
    for item, is_killed in measured(
        options.module or list(MODULES), options.every, options.jobs, options.start
    ):
        total += 1
        noticed += is_killed
        if not is_killed:
            print(f"{item.module}.py:{item.line}: {item.before}  ->  {item.after}", flush=True)
        print(f"  {noticed} of {total} so far", file=sys.stderr, flush=True)  # it may be stopped
    print(f"{noticed} of {total} noticed: {noticed / total:.0%}")


if __name__ == "__main__":
    main()
