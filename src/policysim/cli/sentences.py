"""``policysim eval SENTENCE``: sentences of the expectation language asked on the spot, what-ifs included."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from policysim import __version__
from policysim.account.change_errors import CannotChangeError
from policysim.account.changes import NewPolicy, with_policy, without_policy
from policysim.account.policy_holders import policy_holders
from policysim.cli.expectation_runs import Runner, exit_code_of
from policysim.cli.output import answer_stream
from policysim.expectations.callers import Callers
from policysim.language.arns import parse_arn
from policysim.language.policy_types import PolicyType
from policysim.language.source import Source
from policysim.reports.decisions import answer_of
from policysim.reports.expectation_build import expectation_report
from policysim.sources.errors import InputError
from policysim.sources.expectation_files import suite_of
from policysim.sources.files import stem_of
from policysim.sources.policy_files import read_policy_file, refuse_broken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.account.account import Organisation
    from policysim.cli.exit_codes import ExitCode
    from policysim.cli.output import Output
    from policysim.cli.policy_source import SourceOptions
    from policysim.expectations.results import Answer, Result
    from policysim.expectations.sentences import Expectation, Word
    from policysim.language.policy import Policy
    from policysim.reports.decision_document import AnswerDocument
    from policysim.sources.expectation_files import Suite

_ON_CALLERS = frozenset({PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION})
_WILDCARDS = frozenset("*?")


class WhatIf(NamedTuple):
    """What is to be in force as well, and what is not, as the options have it."""

    additions: Sequence[tuple[str, PolicyType]]
    scps: Sequence[str]
    removals: Sequence[str]


def answer_sentences(sentences: Sequence[str], policies: SourceOptions, what_if: WhatIf, output: Output) -> ExitCode:
    """Writes what came out of each sentence; the exit code is that of ``policysim expect``."""
    suites = [suite_of(Source(name, text), Path()) for name, text in _named(sentences)]
    answers = Answers()
    runner = Runner(
        policies.source,
        observer_of=lambda *_: answers.add,
        change=lambda there: changed(there, what_if, suites),
    )
    checked = runner.check(suites, output)
    report = expectation_report(checked, __version__)
    with answer_stream(output) as write:
        if output.format == "json":
            from policysim.reports.json_report import json_text  # noqa: PLC0415  # the one renderer that is asked for

            write(json_text(report))
        else:
            from policysim.reports.expectation_text import answers_text  # noqa: PLC0415  # the same
            from policysim.reports.layout import Paint  # noqa: PLC0415  # the same

            told = [answers.of(result) for one in checked for result in one.results]
            write(answers_text(report, told, Paint(coloured=output.coloured)))
    return exit_code_of(report.summary)


class Answers:
    """The answer of each sentence that stands for one request: of others the counts tell enough."""

    def __init__(self) -> None:
        self._of: dict[int, list[Answer]] = {}

    def add(self, expectation: Expectation, answer: Answer) -> None:
        """Takes note of one answer; of more than two it is clear that there are several."""
        kept = self._of.setdefault(id(expectation), [])
        if len(kept) < 2:
            kept.append(answer)

    def of(self, result: Result) -> AnswerDocument | None:
        """The one answer of a sentence, as ``eval`` tells it."""
        kept = self._of.get(id(result.expectation), [])
        return answer_of(kept[0].decision, __version__) if len(kept) == 1 and result.asked == 1 else None


def _named(sentences: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each text with the name that a place in it has."""
    if len(sentences) == 1:
        yield "<sentence>", sentences[0]
        return
    for number, text in enumerate(sentences, 1):
        yield f"<sentence {number}>", text


def changed(organisation: Organisation, what_if: WhatIf, suites: Sequence[Suite]) -> Organisation:
    """The accounts at hand under the policies that the options ask for.

    A policy for callers goes to every role and user that the sentences name, one of a resource to every resource that
    they name, an SCP to its node or to every account.

    Raises:
        InputError: a policy cannot be put there or taken away.
    """
    try:
        for removal in what_if.removals:
            organisation = without_policy(organisation, removal)
        for file, kind in what_if.additions:
            new = NewPolicy(stem_of(Path(file)), _policy(file, kind), _targets(file, kind, organisation, suites))
            organisation = with_policy(organisation, new)
        for option in what_if.scps:
            node, equals, file = option.rpartition("=")
            if not file or (equals and not node):
                raise click.UsageError(f"`--scp {option}` is not of the form [NODE=]FILE")
            new = NewPolicy(stem_of(Path(file)), _policy(file, PolicyType.SCP), (node,) if node else ())
            organisation = with_policy(organisation, new)
    except CannotChangeError as error:
        raise InputError(str(error)) from None
    return organisation


def _policy(file: str, kind: PolicyType) -> Policy:
    policy = read_policy_file(Path(file), kind, file)
    refuse_broken(policy, file)
    return policy


def _targets(file: str, kind: PolicyType, organisation: Organisation, suites: Sequence[Suite]) -> tuple[str, ...]:
    expectations = [one for suite in suites for one in suite.expectations]
    if kind in _ON_CALLERS:
        words = [word for one in expectations for word in one.principals]
        found = _entities(words, organisation)
        if not found:
            raise click.UsageError(f"`--add-policy {file}` needs a role or user, and the sentence names none")
        return found
    if kind is PolicyType.RESOURCE:
        words = [word for one in expectations for word in one.resources]
        texts = [word.text for word in words if not _WILDCARDS & set(word.text)]
        arns = [arn for arn in map(parse_arn, texts) if arn is not None]
        if not arns:
            raise click.UsageError(f"`--add-policy {file}` needs a resource, and the sentence names none by its ARN")
        return tuple(dict.fromkeys(policy_holders(arn)[-1] for arn in arns))
    return ()


def _entities(words: Sequence[Word], organisation: Organisation) -> tuple[str, ...]:
    """The roles and users behind the words, by their ARNs."""
    callers, _ = Callers(organisation).of(words)
    arns = (caller.principal.entity_arn or caller.principal.arn for caller in callers)
    parsed = {arn: parse_arn(arn) for arn in arns if arn is not None}
    return tuple(arn for arn, parts in parsed.items() if parts and parts.resource_type in {"role", "user"})
