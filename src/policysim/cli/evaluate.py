"""``policysim eval``: would this request be allowed, and what if the policies were different?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from policysim import __version__
from policysim.account.authorizations import authorizations
from policysim.account.principals import UnknownPrincipal, resolve_principal
from policysim.catalog.facts import CATALOGUE
from policysim.cli.aws_options import aws_options, aws_settings_of
from policysim.cli.context_options import context_of
from policysim.cli.exit_codes import ExitCode
from policysim.cli.kept_files import keep_policies
from policysim.cli.ordered_command import OrderedCommand, option_order
from policysim.cli.output import Output, answer_stream, check_output, output_of, output_options
from policysim.cli.policy_source import source_options, source_options_of
from policysim.cli.what_if import Addition, with_additions, without_policies
from policysim.evaluation.decide import decide_call
from policysim.evaluation.decision import Caveat, Effect
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.arns import is_account_id
from policysim.language.policy_types import PolicyType
from policysim.language.request import Request, Resource
from policysim.sources.errors import InputError
from policysim.sources.files import stem_of
from policysim.sources.in_force import read_in_force
from policysim.sources.policy_files import read_policy_file, refuse_broken
from policysim.sources.request_forms import is_one_action, is_resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.account.account import Organisation
    from policysim.account.situate import Situation
    from policysim.evaluation.decide import CallDecision
    from policysim.evaluation.decision import Decision
    from policysim.evaluation.policy_set import PolicySet
    from policysim.explanation.simulator.comparing import SimulatorAnswer
    from policysim.language.request import Principal
    from policysim.reports.decision_document import AnswerDocument
    from policysim.sources.aws.connection import AwsSettings
    from policysim.sources.in_force import PolicySource

EXIT_CODE: Final[dict[Effect, ExitCode]] = {
    Effect.ALLOWED: ExitCode.OK,
    Effect.EXPLICIT_DENY: ExitCode.DENIED,
    Effect.IMPLICIT_DENY: ExitCode.DENIED,
    Effect.DEPENDS: ExitCode.UNDECIDED,
}
_OUTCOMES: Final[dict[Effect, str]] = {
    Effect.ALLOWED: "allowed",
    Effect.EXPLICIT_DENY: "denied explicitly",
    Effect.IMPLICIT_DENY: "denied for want of an Allow",
    Effect.DEPENDS: "undecided",
}
_TYPES: Final = [kind.value for kind in PolicyType if kind is not PolicyType.TRUST]


_EPILOG: Final = """\b
Ask with options, or with sentences as they stand in an expectation file:
  policysim eval --principal role/app --action s3:GetObject \\
    --resource arn:aws:s3:::data/report.csv --account policies/acme
  policysim eval 'role/app cannot s3:Put* on arn:aws:s3:::data/*' \\
    --account policies/acme
Ask AWS's policy simulator as well, with your credentials:
  policysim eval --ask-aws --principal role/app --action s3:GetObject \\
    --resource arn:aws:s3:::data/report.csv --account policies/acme

Exit codes: 0 allowed, 1 denied, 2 bad input, 3 undecided; of sentences 0 met,
1 unmet, 2 one cannot be asked, 3 undecided; with --cases, 0 once every line is
answered; with --ask-aws, 4 where AWS or the network fails.
"""
_TOLD_BY_SENTENCES: Final = (
    "principal",
    "action",
    "resource",
    "resource_account",
    "context",
    "absent",
    "context_complete",
    "cases",
    "ask_aws",
)
"""Options that a sentence takes the place of."""


class Question(NamedTuple):
    """What is asked, as the options have it."""

    principal: str
    action: str
    resource: str
    resource_account: str | None
    policies: PolicySource
    context: Sequence[str]
    absent: Sequence[str]
    context_complete: bool
    additions: Sequence[tuple[str, PolicyType]]
    scp: Sequence[str]
    remove_policy: Sequence[str]

    @property
    def what_if(self) -> bool:
        """Whether policies are asked about that nobody has put in force."""
        return bool(self.additions or self.scp or self.remove_policy)


class Decided(NamedTuple):
    """The decision on a question, and the policies that it was made on."""

    decision: Decision
    policies: PolicySet


@click.command(
    "eval",
    cls=OrderedCommand,
    epilog=_EPILOG,
)
@click.argument("sentences", metavar="[SENTENCE]...", nargs=-1)
@click.option("--principal", metavar="P", help="Who asks: an ARN, role/NAME, user/NAME or root.")
@click.option("--action", metavar="A", help="One action, such as s3:GetObject.")
@click.option("--resource", metavar="R", help="An ARN, or * for an action that works on no single resource.")
@click.option("--resource-account", metavar="ID", help="The account that owns the resource, if its ARN does not tell.")
@source_options
@click.option(
    "--context", multiple=True, metavar="K=V", help="The value of a condition key; repeat it for several values."
)
@click.option("--absent", multiple=True, metavar="K", help="A condition key that the request does not have.")
@click.option("--context-complete", is_flag=True, help="Every key that is neither given nor implied is absent.")
@click.option("--add-policy", multiple=True, metavar="FILE", help="What if this policy were in force as well?")
@click.option(
    "--as",
    "as_type",
    multiple=True,
    type=click.Choice(_TYPES),
    help="What the --add-policy before it is; identity, on the principal, if not said.",
)
@click.option("--remove-policy", multiple=True, metavar="NAME_OR_ARN", help="What if this policy were not in force?")
@click.option("--scp", multiple=True, metavar="[NODE=]FILE", help="What if this SCP were on NODE (the account)?")
@click.option("--cases", metavar="FILE", help="Answer every case of a JSON Lines file (- for standard input).")
@click.option("--ask-aws", is_flag=True, help="Ask AWS's policy simulator the same, and show both answers.")
@aws_options
@output_options
@click.pass_context
def evaluate(ctx: click.Context, /, sentences: tuple[str, ...], cases: str | None, **options: Any) -> ExitCode:  # noqa: ANN401  # click's options
    """Would this request be allowed? What if a policy were added or removed?

    SENTENCE says who can or cannot do what: 'role/app can s3:GetObject on arn:aws:s3:::data/*'.
    """
    output = output_of(options)
    check_output(output)
    additions = _additions(options.pop("add_policy"), options.pop("as_type"), option_order(ctx))
    policies = source_options_of(options)
    settings = _aws_settings(options, policies.region)
    keep_policies([output.file] if output.file else [], [policies.source] if policies.source else [])
    if sentences:
        _check_alone({**options, "cases": cases})
        from policysim.cli.sentences import WhatIf, answer_sentences  # noqa: PLC0415  # the options need none of it

        what_if = WhatIf(additions, options["scp"], options["remove_policy"])
        return answer_sentences(_quoted(sentences), policies, what_if, output)
    if cases is not None:
        given = [name for name, value in {**options, "account": policies.account}.items() if value]
        given += ["add_policy"] * bool(additions)
        if given:
            if "ask_aws" in given:
                raise click.UsageError("`--ask-aws` asks one question at a time, and not the cases of a file")
            raise click.UsageError(
                f"`--cases` stands alone: each case says what `--{given[0].replace('_', '-')}` would"
            )
        from policysim.cli.cases import answer_cases  # noqa: PLC0415  # one question needs nothing of it

        return answer_cases(cases, output)
    missing = [f"`--{name}`" for name in ("principal", "action", "resource") if not options[name]]
    source = policies.source
    if missing or source is None:
        missing += ["`--account`"] * (source is None)
        raise click.UsageError(f"a question needs {' and '.join(missing)} (or ask many with `--cases`)")
    asks = settings if options.pop("ask_aws") else None
    return _answer(Question(additions=additions, policies=source, **options), output, asks)


def _aws_settings(options: dict[str, Any], region: str | None) -> AwsSettings:
    """Whose credentials ask AWS, and where."""
    settings = aws_settings_of(options, region)
    given = "--profile" if settings.profile else "--endpoint-url" if settings.endpoint_url else None
    if given is not None and not options["ask_aws"]:
        raise click.UsageError(f"`{given}` needs `--ask-aws`: nothing else here calls AWS")
    return settings


def _quoted(words: tuple[str, ...]) -> tuple[str, ...]:
    """The sentences; words of which none has a space are one sentence that lost its quotes: one word is no sentence."""
    return words if any(" " in word for word in words) else (" ".join(words),)


def _check_alone(options: dict[str, Any]) -> None:
    """Refuses the options that say what a sentence says already."""
    given = [name for name in _TOLD_BY_SENTENCES if options[name]]
    if given:
        option = f"--{given[0].replace('_', '-')}"
        if given[0] == "ask_aws":
            raise click.UsageError("`--ask-aws` asks one question at a time: give it with options, not as a sentence")
        told = " (`when` states condition keys)" if given[0] in {"context", "absent", "context_complete"} else ""
        raise click.UsageError(f"`{option}` and a sentence exclude each other: the sentence says it all{told}")


def _additions(files: Sequence[str], types: Sequence[str], order: Sequence[str]) -> tuple[tuple[str, PolicyType], ...]:
    """Each file with the type that the ``--as`` behind it gives; identity where there is none."""
    found: list[tuple[str, PolicyType]] = []
    typed: set[int] = set()
    rest = iter(types)
    for name in order:
        if name == "add_policy":
            found.append((files[len(found)], PolicyType.IDENTITY))
        elif name == "as_type":
            if len(found) - 1 in typed or not found:
                raise click.UsageError("each `--as` belongs behind the `--add-policy` that it speaks of")
            typed.add(len(found) - 1)
            found[-1] = (found[-1][0], PolicyType(next(rest)))
    return tuple(found)


def _answer(question: Question, output: Output, asks: AwsSettings | None) -> ExitCode:
    from policysim.reports.decisions import answer_of  # noqa: PLC0415  # not needed by --cases

    found = decided(question)
    answer = answer_of(found.decision, __version__)
    simulator = None if asks is None else _simulator_answer(question, found, asks)
    with answer_stream(output) as write:
        write(_rendered(answer, simulator, output))
    return EXIT_CODE[found.decision.effect]


def _simulator_answer(question: Question, found: Decided, settings: AwsSettings) -> SimulatorAnswer:
    from policysim.cli.ask_aws import simulator_answer  # noqa: PLC0415  # few runs ask AWS

    return simulator_answer(
        found.decision, found.policies, question.policies, what_if=question.what_if, settings=settings
    )


def _rendered(answer: AnswerDocument, simulator: SimulatorAnswer | None, output: Output) -> str:
    if simulator is not None:
        from policysim.reports.simulator_sections import with_simulator  # noqa: PLC0415  # few runs ask AWS

        answer = with_simulator(answer, simulator)
    if output.format == "json":
        from policysim.reports.json_report import json_text  # noqa: PLC0415  # the one renderer that is asked for

        return json_text(answer)
    from policysim.reports.decision_text import answer_text  # noqa: PLC0415  # the one renderer that is asked for
    from policysim.reports.layout import Paint  # noqa: PLC0415  # the same

    return answer_text(answer, Paint(coloured=output.coloured), verbose=output.verbose)


def decided(question: Question) -> Decided:
    """The decision on a question, the what-ifs applied, and the policies behind it."""
    _check_form(question)
    organisation = read_in_force(question.policies)
    request = Request(
        principal=_principal(question, organisation),
        action=question.action,
        resource=Resource(arn=question.resource, account=question.resource_account),
        context=context_of(question.context, question.absent, complete=question.context_complete),
    )
    situations = authorizations(request, organisation)
    first = situations[0].request
    additions = [*_read_additions(question.additions, first), *_read_scps(question.scp)]
    in_force = without_policies([situation.policies for situation in situations], question.remove_policy)
    asked = [
        (situation.request, with_additions(policies, additions, situation.request))
        for situation, policies in zip(situations, in_force, strict=True)
    ]
    call = decide_call(asked, CATALOGUE)
    (policies,) = [one for (_, one), made in zip(asked, call.decisions, strict=True) if made is call.deciding][:1]
    return Decided(_told_of_the_others(call, situations), policies)


def _told_of_the_others(call: CallDecision, situations: Sequence[Situation]) -> Decision:
    """The decision that settles the call; where the request needs several, it says how the others came out."""
    if len(situations) == 1:
        return call.deciding
    shown, others = "", []
    for situation, decision in zip(situations, call.decisions, strict=True):
        whose = situation.part or "the bucket"
        if decision is call.deciding:
            shown = whose
        else:
            others.append(f"that of {whose}, on `{decision.request.resource.arn}`, is {_OUTCOMES[decision.effect]}")
    sentence = f"the request needs {len(situations)} authorizations: shown is that of {shown}; {'; '.join(others)}"
    return call.deciding.narrowed(caveats=(*call.caveats, Caveat("several-authorizations", sentence)))


def _check_form(question: Question) -> None:
    if not is_one_action(question.action):
        raise click.UsageError(f"`--action {question.action}` is not one action, such as `s3:GetObject`")
    if not is_resource(question.resource):
        raise click.UsageError(f"`--resource {question.resource}` is neither an ARN nor `*`")
    if question.resource_account is not None and not is_account_id(question.resource_account):
        raise click.UsageError(f"`--resource-account {question.resource_account}` is no 12-digit account id")


def _principal(question: Question, organisation: Organisation) -> Principal:
    principal = resolve_principal(question.principal, organisation)
    if isinstance(principal, UnknownPrincipal):
        raise InputError(f"{question.policies.path}: {principal.sentence}")
    if principal.account is not None and principal.account not in organisation.accounts:
        at_hand = ", ".join(f"`{account}`" for account in organisation.accounts)
        told = f"`{question.principal}` is of account `{principal.account}`, at hand is {at_hand}"
        raise InputError(f"{question.policies.path}: {told}")
    return principal


def _read_additions(files: Sequence[tuple[str, PolicyType]], request: Request) -> list[Addition]:
    holder = request.principal.entity_arn or request.principal.arn
    return [Addition(_attached(file, kind, holder)) for file, kind in files]


def _read_scps(options: Sequence[str]) -> list[Addition]:
    found = []
    for option in options:
        node, equals, file = option.rpartition("=")
        if not file or (equals and not node):
            raise click.UsageError(f"`--scp {option}` is not of the form [NODE=]FILE")
        found.append(Addition(_attached(file, PolicyType.SCP, node or None), node if equals else None))
    return found


def _attached(file: str, kind: PolicyType, holder: str | None) -> AttachedPolicy:
    path = Path(file)
    policy = read_policy_file(path, kind, file)
    refuse_broken(policy, file)
    return AttachedPolicy(stem_of(path), policy, attached_to=holder)
