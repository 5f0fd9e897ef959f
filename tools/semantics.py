"""Write `docs/semantics.md` and the index of tests by rule, from the rules, the tests and the tables of the code.

    python tools/semantics.py           write both files
    python tools/semantics.py --check   tell whether they are what would be written, and every rule has a test

A test belongs to the rules that its name begins with (`test_e18_...`, `test_s19_s20_...`, `test_m1_to_m9_...`), a case
of `tests/conformance/cases` to those of its member `rules`. Exit codes: 0 written or equal, 1 with what is wrong.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policysim.evaluation.conditions.caveats import CAVEAT_TEXTS
from policysim.evaluation.switches import DEFAULT_SWITCHES
from policysim.language.problem_kinds import PROBLEM_KINDS
from policysim.rules.evidence import INDEX, Evidence
from policysim.rules.pages import PAGES
from policysim.rules.rule import Confidence, Rule, Status
from policysim.rules.table import GROUPS, RULES
from policysim.validation.finding_kinds import FINDING_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).parent.parent
TESTS: Final = ROOT / "tests"
CASES: Final = TESTS / "conformance" / "cases"
DOCS: Final = ROOT / "docs"
PAGE: Final = DOCS / "semantics.md"
DISAGREEMENTS: Final = DOCS / "decisions" / "007-where-documents-disagree.md"
DIFFERENTIAL: Final = DOCS / "differential.md"
SHOWN_TESTS: Final = 4
SHOWN_CASES: Final = 6

LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
"""The targets of Markdown links."""

_NAMED_RULE: Final = re.compile(r"(?<![\w`:/-])(?!S3\b)[EPARCVGXSM]\d{1,2}\b(?!`)")
_CODE: Final = re.compile(r"[eparcvgxsm]\d{1,2}")


def rules_of_name(name: str) -> tuple[str, ...]:
    """The rules that the name of a test function begins with; ``m1_to_m9`` stands for all between."""
    found: list[str] = []
    words = name.removeprefix("test_").split("_")
    for at, word in enumerate(words):
        if _CODE.fullmatch(word):
            if at and words[at - 1] == "to":
                found.extend(_between(found[-1], word.upper()))
            found.append(word.upper())
        elif word != "to" or not found:
            break
    return tuple(dict.fromkeys(found))


def _between(first: str, last: str) -> Iterator[str]:
    return (f"{first[0]}{number}" for number in range(int(first[1:]) + 1, int(last[1:])))


def tests_by_rule(folder: Path) -> Iterator[tuple[str, str]]:
    """Every rule with a test that carries its number, as ``file::function``; files named from the folder's parent."""
    for path in sorted(folder.rglob("test_*.py")):
        file = path.relative_to(folder.parent).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for rule in rules_of_name(node.name):
                    yield rule, f"{file}::{node.name}"


def cases_by_rule(folder: Path) -> Iterator[tuple[str, str]]:
    """Every rule with the id of a case that shows it."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            for rule in case["rules"]:
                yield rule, case["id"]


def findings_by_rule() -> Iterator[tuple[str, str]]:
    """Every rule with the code of a problem or finding that names it."""
    rows = [(kind.rules, kind.code) for kind in PROBLEM_KINDS] + [(kind.rules, kind.code) for kind in FINDING_KINDS]
    for rules, code in rows:
        for rule in rules:
            yield rule, code


def collect() -> dict[str, Evidence]:
    """What the tests, the cases and the tables of findings hold, rule by rule."""
    parts = (tests_by_rule(TESTS), cases_by_rule(CASES), findings_by_rule())
    by_rule: list[dict[str, list[str]]] = []
    for pairs in parts:
        found: dict[str, list[str]] = {}
        for rule, name in pairs:
            found.setdefault(rule, []).append(name)
        by_rule.append(found)
    return {code: Evidence(*(tuple(dict.fromkeys(found.get(code, ()))) for found in by_rule)) for code in RULES}


def unknown_rules() -> set[str]:
    """Numbers that tests, cases or tables carry although no rule has them."""
    pairs = (*tests_by_rule(TESTS), *cases_by_rule(CASES), *findings_by_rule())
    return {rule for rule, _ in pairs} - set(RULES)


def untested(evidence: Mapping[str, Evidence]) -> list[str]:
    """The rules, those out of scope aside, that neither a test nor a case carries the number of."""
    return [
        code
        for code, rule in RULES.items()
        if rule.status is not Status.OUT_OF_SCOPE and not (evidence[code].tests or evidence[code].cases)
    ]


def index_text(evidence: Mapping[str, Evidence]) -> str:
    """The text of the index: one line a rule, so that differences are easy to read."""
    rows = (
        f"  {json.dumps(code)}: " + json.dumps({name: list(value) for name, value in found._asdict().items() if value})
        for code, found in evidence.items()
    )
    return "{\n" + ",\n".join(rows) + "\n}\n"


def page_text(evidence: Mapping[str, Evidence]) -> str:
    """The text of ``docs/semantics.md``."""
    lines = [
        "# How policysim reads AWS authorization",
        "",
        "<!-- Generated by tools/semantics.py from src/policysim/rules, the tests and the tables of the code. -->",
        "",
        "Every answer of policysim rests on the rules below. AWS's documentation is the specification; this is how we",
        "read it, in our own words, rule by rule: what the rule says, what policysim does about it, where it comes",
        "from, how sure it is, and which tests hold us to it. Answers name rules by their code, and",
        "`policysim rule E18` prints one in the terminal.",
        "",
        *_summary(evidence),
        "",
        *_doubtful_readings(),
        "",
        *_disagreements(),
        "",
        *_second_opinion(),
    ]
    for letter, (title, rules) in GROUPS.items():
        lines += ["", f"## {letter}: {title}"]
        for rule in rules:
            lines += ["", *_rule(rule, evidence[rule.code])]
    return "\n".join(lines) + "\n"


def _summary(evidence: Mapping[str, Evidence]) -> Iterator[str]:
    yield "## Where we stand"
    yield ""
    yield "| rules | all | implemented | finding only | out of scope | in doubt | tests | cases |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for letter, (title, rules) in GROUPS.items():
        yield _row(f"[{letter}: {title}](#{anchor(f'{letter}: {title}')})", rules, evidence)
    yield _row("all", tuple(RULES.values()), evidence)
    yield ""
    yield "*Finding only*: no decision changes, `policysim check` speaks of it. *Out of scope*: the rule says why."
    yield "*In doubt*: AWS is silent or at odds with itself; the reading is a switch, or the answer carries a caveat."
    yield ""
    confidences = Counter(rule.confidence for rule in RULES.values())
    for confidence in Confidence:
        yield f"- **{confidence.value}** ({confidences[confidence]} rules): {confidence.meaning}."


def _row(title: str, rules: Sequence[Rule], evidence: Mapping[str, Evidence]) -> str:
    statuses = Counter(rule.status for rule in rules)
    found = [evidence[rule.code] for rule in rules]
    tests = len({test for one in found for test in one.tests})
    cases = len({case for one in found for case in one.cases})
    doubtful = sum(bool(rule.doubt) for rule in rules)
    cells = (title, len(rules), *(statuses[status] for status in Status), doubtful, tests, cases)
    return "| " + " | ".join(map(str, cells)) + " |"


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def _doubtful_readings() -> Iterator[str]:
    yield "## Doubtful readings"
    yield ""
    yield "A caveat stands beside an answer that another reading, or a fact that nobody gave, would change. A switch of"
    yield "`policysim.evaluation.switches.Switches` chooses the other reading."
    yield ""
    yield "| caveat | says | switch (default) | rules |"
    yield "| --- | --- | --- | --- |"
    for code, text in sorted(CAVEAT_TEXTS.items()):
        switch = f"`{text.switch}` ({getattr(DEFAULT_SWITCHES, text.switch)})" if text.switch else ""
        yield f"| `{code}` | {_cell(text.sentence)} | {switch} | {_links(text.rules)} |"
    named: dict[str, list[str]] = {}
    for rule in RULES.values():
        for code in rule.caveats:
            named.setdefault(code, []).append(rule.code)
    others = (f"`{code}` ({_links(rules)})" for code, rules in sorted(named.items()) if code not in CAVEAT_TEXTS)
    yield ""
    yield f"Further caveats, whose sentences name the request or its service: {', '.join(others)}."


def _links(codes: Iterable[str]) -> str:
    return " ".join(f"[{code}](#{code.lower()})" for code in codes)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _disagreements() -> Iterator[str]:
    yield "## Where AWS's pages disagree"
    yield ""
    yield f"From [decision 007]({DISAGREEMENTS.relative_to(DOCS).as_posix()}):"
    yield ""
    yield from (
        _linked(line) for line in DISAGREEMENTS.read_text(encoding="utf-8").splitlines() if line.startswith("|")
    )


def _second_opinion() -> Iterator[str]:
    yield "## A second opinion"
    yield ""
    if DIFFERENTIAL.is_file():
        yield f"What another evaluator answers to the same requests: [{DIFFERENTIAL.name}]({DIFFERENTIAL.name})."
    else:
        yield "`tests/differential/` sends the same requests through another evaluator."


def _rule(rule: Rule, evidence: Evidence) -> Iterator[str]:
    first, separator, rest = rule.says.partition(". ")
    yield f"### {rule.code}"
    yield ""
    yield _linked(f"**{first}.** {rest}" if separator else f"**{rule.says}**")
    yield ""
    label = "Out of scope" if rule.status is Status.OUT_OF_SCOPE else "policysim"
    yield f"- **{label}:** {_linked(rule.we_do)}"
    if rule.doubt:
        yield f"- **In doubt:** {_linked(rule.doubt)}"
    for title, names in (("Switch", rule.switches), ("Caveat", rule.caveats), ("Finding", evidence.findings)):
        if names:
            yield f"- **{title}:** {', '.join(f'`{name}`' for name in names)}"
    yield f"- **Source:** {_sources(rule)}; {rule.confidence.value}"
    yield f"- **Tests:** {_tests(rule.code, evidence) or 'none'}"


def _linked(text: str) -> str:
    """The text with the rules that it names as links; ``S3`` is a service there, and no rule."""
    return _NAMED_RULE.sub(lambda found: _links((found[0],)) if found[0] in RULES else found[0], text)


def _sources(rule: Rule) -> str:
    by_guide: dict[str, list[str]] = {}
    for page in (PAGES[short] for short in rule.pages):
        by_guide.setdefault(page.guide, []).append(f"[{page.name}]({page.url})")
    return "; ".join(f"{guide}, {', '.join(links)}" for guide, links in by_guide.items())


def _tests(code: str, evidence: Evidence) -> str:
    """The first tests and cases; the cases of the rule's own stand before those that show it as well."""
    cases = sorted(evidence.cases, key=lambda case: not case.startswith(f"{code}-"))
    shown = [_test_link(test) for test in evidence.tests[:SHOWN_TESTS]]
    shown += [f"`{case}`" for case in cases[:SHOWN_CASES]]
    more = len(evidence.tests[SHOWN_TESTS:]) + len(cases[SHOWN_CASES:])
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _test_link(test: str) -> str:
    file, _, function = test.partition("::")
    return f"[`{function}`](../{file})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check; the exit code."""
    parser = argparse.ArgumentParser(description="Write docs/semantics.md and the index of tests by rule.")
    parser.add_argument("--check", action="store_true", help="write nothing, tell what is wrong")
    check = parser.parse_args(arguments).check
    evidence = collect()
    wrong = [f"{code} has no test that carries its number" for code in untested(evidence)]
    wrong += [f"{code} is no rule, but a test, a case or a table names it" for code in sorted(unknown_rules())]
    for path, text in ((INDEX, index_text(evidence)), (PAGE, page_text(evidence))):
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            wrong.append(f"{path.name} is not what the rules and tests say: run python tools/semantics.py")
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
