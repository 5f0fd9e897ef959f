"""What is asked of AWS beside the answer of policysim: its own evaluation of denials, and its policy simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from policysim.sources.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.cloudtrail.call import Call
    from policysim.evaluation.decision import Decision
    from policysim.evaluation.policy_set import PolicySet
    from policysim.explanation.many import Asked
    from policysim.explanation.simulator.comparing import SimulatorAnswer
    from policysim.sources.aws.connection import AwsSettings
    from policysim.sources.in_force import PolicySource

_WHAT_IF: Final = "the question adds or removes policies, so that the documents at hand are sent"
_NOT_COLLECTED: Final = "the policies at hand are not yet in force, so that their documents are sent"
_FOLDER_FILES: Final = ("account.json", "account.json.gz", "organization.json", "organization.json.gz")


def calls_from_aws(calls: Sequence[Call], settings: AwsSettings) -> list[Call]:
    """The calls with AWS's own evaluation of each that has one, fetched with the user's credentials.

    Raises:
        InputError: boto3 is not installed, or the profile is unknown.
        RemoteError: the credentials or the network fail.
    """
    from policysim.sources.aws.connection import Connection  # noqa: PLC0415  # few runs call AWS
    from policysim.sources.aws.evidence import with_aws_evidence  # noqa: PLC0415  # the same

    return with_aws_evidence(calls, Connection(settings))


def asked_from_aws(calls: Sequence[Call], settings: AwsSettings) -> list[Asked]:
    """Each call with the policies that it needs, fetched with the user's credentials as far as they may read them.

    Raises:
        InputError: boto3 is not installed, or the profile is unknown.
        RemoteError: the credentials or the network fail.
    """
    from policysim.sources.aws.connection import Connection  # noqa: PLC0415  # few runs call AWS
    from policysim.sources.aws.piecewise import asked_of_aws  # noqa: PLC0415  # the same

    return asked_of_aws(calls, Connection(settings))


def simulator_answer(
    decision: Decision, policies: PolicySet, source: PolicySource, *, what_if: bool, settings: AwsSettings
) -> SimulatorAnswer:
    """What AWS's policy simulator says to a question that is decided, held against the decision.

    Raises:
        click.UsageError: the simulator has no way to be asked this.
        InputError: boto3 is not installed, or the profile is unknown.
        RemoteError: AWS refuses, or cannot be reached, or answers something else.
    """
    from policysim.explanation.simulator import asking, comparing  # noqa: PLC0415  # few runs ask AWS
    from policysim.sources.aws import simulation  # noqa: PLC0415  # the same
    from policysim.sources.aws.connection import Connection  # noqa: PLC0415  # the same

    connection, partition = Connection(settings), _partition(decision)
    why = _WHAT_IF if what_if else None if _is_collected(source) else _NOT_COLLECTED
    scps = simulation.takes_scps(connection, partition)
    try:
        question = asking.question_of(decision.request, policies, custom_because=why, takes_scps=scps)
    except asking.CannotAskError as error:
        raise click.UsageError(f"`--ask-aws`: {error}") from None
    told = simulation.simulated(question, connection, partition)
    try:
        return comparing.compared(told, question, decision, policies)
    except comparing.UnreadableError as error:
        raise RemoteError(str(error)) from None


def _is_collected(source: PolicySource) -> bool:
    """Whether the policies are those of an account as it was found, and not of a plan or a template."""
    return source.path.is_dir() and any((source.path / name).is_file() for name in _FOLDER_FILES)


def _partition(decision: Decision) -> str:
    principal = decision.request.principal
    parts = (principal.entity_arn or principal.arn or "").split(":")
    return parts[1] if len(parts) > 1 else "aws"
