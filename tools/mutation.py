"""Change the code of `evaluation/`, one place at a time, and list the changes that no test notices.

    pip install -e '.[dev]' coverage mutmut                       once, in an environment of its own
    python tools/mutation.py found.jsonl                          every module; a line of JSON for each mutant
    python tools/mutation.py found.jsonl --modules truth services/s3
    python tools/mutation.py rest.jsonl --again found.jsonl --tests tests/laws      what survived, by other tests

The changes are those of mutmut, inside decorated functions too. `mutmut run` starts pytest anew for every mutant, which
takes many times longer than the tests that reach it. Here the tests are collected and measured once; each mutant gets
a fork in which the code of its function is exchanged, and meets the tests that run its line, the fastest first, until
one fails. What stands outside functions (tables, defaults) and sentences of three words and more are counted, not run.
Exit codes: 0 nothing survived, 1 something did. See docs/mutation.md.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import json
import os
import re
import signal
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Never, TextIO

import coverage
import hypothesis
import libcst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
ROOM: Final = ROOT / "src" / "policysim" / "evaluation"
TESTS: Final = ("tests/evaluation", "tests/conformance")
SENTENCE: Final = re.compile(r"\w[^\w\"']+\w+[^\w\"']+\w")
NEVER_CHANGED: Final = frozenset({"isinstance", "len"})
LONGEST: Final = 60
"""How many seconds a mutant may take at most: one that never ends is noticed by anybody."""

KILLED, SURVIVED, ENDLESS, UNREACHED = "killed", "survived", "endless", "unreached"
WORDING, OUTSIDE = "wording", "outside functions"
NOTICED, BROKEN = 1, 3
RESULTS: Final = {0: SURVIVED, NOTICED: KILLED, BROKEN: "broken"}
"""What the exit code of a mutant's process says; ``BROKEN`` that the change could not be tried."""


class Mutant(NamedTuple):
    """One change: the lines before and after it, and the whole source with it."""

    module: str
    function: str
    first_line: int
    line: int
    before: str
    after: str
    source: str
    not_run: str

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What it is known by from one run to the next."""
        return self.module, self.function, self.before, self.after


class Function(NamedTuple):
    """A function of a module or a method of a class: its lines, those of the decorators first."""

    name: str
    first: int
    body: int
    last: int


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every change of a module, in the order of its text."""
    source = path.read_text(encoding="utf-8")
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    wrapper = MetadataWrapper(libcst.parse_module(source))
    positions = wrapper.resolve(PositionProvider)
    functions = list(functions_of(ast.parse(source)))
    module = path.relative_to(ROOM).with_suffix("").as_posix()
    for node, other in changes(wrapper.module):
        begin, end = positions[node].start, positions[node].end
        here, there = starts[begin.line - 1] + begin.column, starts[end.line - 1] + end.column
        if isinstance(node, libcst.Match):  # a statement of several lines: its code alone would lack the indentation
            text = wrapper.module.deep_replace(node, other).code
        else:
            text = source[:here] + wrapper.module.code_for_node(other) + source[there:]
        first, rest = starts[begin.line - 1], len(source) - starts[end.line]
        around = [one for one in functions if one.body <= begin.line <= one.last]
        function = around[-1] if around else Function("", 0, 0, 0)
        before, after = source[first : len(source) - rest].strip(), text[first : len(text) - rest].strip()
        is_sentence = isinstance(node, libcst.BaseString) and SENTENCE.search(source[here:there])
        not_run = WORDING if is_sentence else "" if around else OUTSIDE
        yield Mutant(module, function.name, function.first, begin.line, before, after, text, not_run)


def changes(node: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401  # nodes of a library that need not be installed
    """Every node with each of its changes; annotations, decorators and calls that only ask for types stay."""
    if isinstance(node, (libcst.Annotation, libcst.Decorator)):
        return
    if isinstance(node, libcst.Call) and isinstance(node.func, libcst.Name) and node.func.value in NEVER_CHANGED:
        return
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            yield from ((node, other) for other in operator(node))
    for child in node.children:
        yield from changes(child)


def functions_of(tree: ast.AST, prefix: str = "") -> Iterator[Function]:
    """The functions of a module and the methods of its classes."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield Function(prefix + node.name, first, node.body[0].lineno, node.end_lineno or 0)
        elif isinstance(node, ast.ClassDef):
            yield from functions_of(node, f"{prefix}{node.name}.")


def lines_of_statements(source: str) -> dict[int, range]:
    """By line: the lines of the innermost statement around it, of a compound one those of its head."""
    found: dict[int, range] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = max(node.lineno, body[0].lineno - 1) if body else node.end_lineno or node.lineno
            found.update(dict.fromkeys(range(node.lineno, last + 1), range(node.lineno, last + 1)))
    return found


def code_inside(code: CodeType) -> Iterator[CodeType]:
    """The code and that of every function inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from code_inside(constant)


class Run:
    """A plugin of pytest: instead of running the collected tests once, run those that matter for every mutant."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.counts: Counter[str] = Counter()
        self.failed = False
        self.seconds: dict[str, float] = {}
        self.reach: dict[str, dict[int, set[str]]] = {}
        self.killers: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.wanted: set[tuple[str, ...]] | None = None
        if options.again:
            before = map(json.loads, Path(options.again).read_text(encoding="utf-8").splitlines())
            self.wanted = {tuple(one["name"]) for one in before if one["result"] in {SURVIVED, UNREACHED, ENDLESS}}
        self.functions: dict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measure the tests, then try the mutants."""
        self.items = {item.nodeid: item for item in session.items}
        kind = type(functools.lru_cache(maxsize=1)(len))
        self.memos = [found for found in gc.get_objects() if isinstance(found, kind)]
        self.measure()
        for found in gc.get_objects():
            if isinstance(found, FunctionType) and found.__code__.co_filename.startswith(str(ROOM)):
                code = found.__code__
                self.functions[code.co_filename, code.co_qualname, code.co_firstlineno].append(found)
        gc.freeze()
        paths = [ROOM / f"{module}.py" for module in self.options.modules] or sorted(ROOM.rglob("*.py"))
        with Path(self.options.out).open("w", encoding="utf-8") as out:
            for path in paths:
                self.try_module(path, out)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that a test failed."""
        self.failed = self.failed or report.failed

    def forget(self) -> None:
        """Empty every memo, so that no test profits from what another one found."""
        for memo in self.memos:
            memo.cache_clear()

    def passes(self, nodeid: str, following: str | None = None) -> bool:
        """Whether a test passes; ``following`` is the one to be run next."""
        item = self.items[nodeid]
        after = self.items[following] if following is not None else None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        return not self.failed

    def measure(self) -> None:
        """Which test runs which line, and how long it takes."""
        cover = coverage.Coverage(data_file=None, include=[f"{ROOM}/*"], config_file=False)
        cover.start()
        for nodeid in self.items:
            self.forget()
            cover.switch_context(nodeid)
            began = time.perf_counter()
            if not self.passes(nodeid):
                pytest.exit(f"{nodeid} fails without any change")
            self.seconds[nodeid] = time.perf_counter() - began
        cover.stop()
        data = cover.get_data()
        for name in data.measured_files():
            self.reach[name] = {line: set(ids) - {""} for line, ids in data.contexts_by_lineno(name).items()}

    def try_module(self, path: Path, out: TextIO) -> None:
        """Try every mutant of a module, some at a time, and write what became of each."""
        statements = lines_of_statements(path.read_text(encoding="utf-8"))
        counts: Counter[str] = Counter()
        running: dict[int, tuple[Mutant, int, int]] = {}

        def tell(mutant: Mutant, result: str, killer: str = "", tests: int = 0) -> None:
            counts[result] += 1
            told = {"result": result, "line": mutant.line, "killer": killer, "tests": tests, "name": mutant.name}
            out.write(json.dumps(told) + "\n")

        def finish() -> None:
            process, status = os.wait()
            mutant, pipe, tests = running.pop(process)
            with os.fdopen(pipe, encoding="utf-8") as answer:
                killer = answer.read()
            if killer:
                self.killers[mutant.module, mutant.function].insert(0, killer)
            tell(mutant, ENDLESS if os.WIFSIGNALED(status) else RESULTS[os.WEXITSTATUS(status)], killer, tests)

        for mutant in mutants_of(path):
            if self.wanted is not None and mutant.name not in self.wanted:
                continue
            order = self.tests_of(mutant, path, statements)
            if mutant.not_run or not order:
                tell(mutant, mutant.not_run or UNREACHED)
                continue
            if len(running) >= self.options.jobs:
                finish()
            out.flush()
            process, reader = self.start(mutant, path, order)
            running[process] = (mutant, reader, len(order))
        while running:
            finish()
        print(f"{path.relative_to(ROOM)}: {dict(counts)}", flush=True)
        self.counts += counts

    def tests_of(self, mutant: Mutant, path: Path, statements: dict[int, range]) -> list[str]:
        """The tests that run the mutant's statement: those that noticed its neighbours first, then the fastest."""
        reach = self.reach.get(str(path), {})
        lines = statements.get(mutant.line, range(mutant.line, mutant.line + 1))
        found = {one for line in lines for one in reach.get(line, ())}
        first = [one for one in dict.fromkeys(self.killers[mutant.module, mutant.function]) if one in found][:8]
        return [*first, *sorted(found.difference(first), key=self.seconds.__getitem__)]

    def start(self, mutant: Mutant, path: Path, order: Sequence[str]) -> tuple[int, int]:
        """The process in which the mutant meets these tests, and where it will say which of them noticed it."""
        reader, writer = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reader)
            self.meet(mutant, path, order, writer)
        os.close(writer)
        return process, reader

    def meet(self, mutant: Mutant, path: Path, order: Sequence[str], answer: int) -> Never:
        """In a process of its own: exchange the code and run the tests in this order until one fails."""
        code = BROKEN
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, min(LONGEST, 10 + 8 * sum(self.seconds[one] for one in order)))
            self.exchange(mutant, path)
            self.forget()
            killer = next((a for a, b in zip(order, [*order[1:], None], strict=True) if not self.passes(a, b)), "")
            os.write(answer, killer.encode())
            code = NOTICED if killer else 0
        finally:
            os._exit(code)

    def exchange(self, mutant: Mutant, path: Path) -> None:
        """Give the function its other code, and those inside it too that were made while modules were loaded."""
        module = compile(mutant.source, str(path), "exec", dont_inherit=True)
        place = (mutant.function, mutant.first_line)
        outer = next(one for one in code_inside(module) if (one.co_qualname, one.co_firstlineno) == place)
        for code in code_inside(outer):
            for function in self.functions.get((str(path), code.co_qualname, code.co_firstlineno), ()):
                if len(function.__code__.co_freevars) == len(code.co_freevars):
                    function.__code__ = code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description="List the changes of evaluation/ that no test notices.")
    parser.add_argument("out", help="file for one line of JSON a mutant")
    parser.add_argument("--modules", nargs="*", default=[], help="such as truth or services/s3; else all")
    parser.add_argument("--tests", nargs="*", default=list(TESTS), help="what pytest is to collect")
    parser.add_argument("--deselect", nargs="*", default=[], help="tests to leave out")
    parser.add_argument("--again", help="try only what survived in this file")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many mutants at a time")
    options = parser.parse_args(arguments)
    shrinking_nothing = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutation", derandomize=True, deadline=None, database=None, phases=shrinking_nothing
    )
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"
    os.chdir(ROOT)
    run = Run(options)
    quiet = ("-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-s", "--assert=plain")
    settings = ("-o", "addopts=--import-mode=importlib", "-W", "ignore::pytest.PytestAssertRewriteWarning")
    skipped = [f"--deselect={one}" for one in options.deselect]
    pytest.main([*quiet, *settings, *skipped, *options.tests], plugins=[run])
    print(f"altogether: {dict(run.counts)}")
    return 1 if run.counts[SURVIVED] or run.counts[UNREACHED] else 0


if __name__ == "__main__":
    sys.exit(main())
