"""A call through a VPC endpoint where a policy counts on addresses: it has an endpoint, and no ``aws:SourceIp``.

Source: IAM User Guide, reference_policies_condition-keys (aws:SourceIp, aws:SourceVpce); spec C53, C56.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.layers import LayerName
from policysim.evaluation.reasons import Reason
from policysim.explanation.diagnosis import FixKind
from policysim.explanation.fixes.candidates import Candidate
from policysim.explanation.fixes.documents import bound_by
from policysim.explanation.fixes.near import near_conditions
from policysim.explanation.fixes.statements import granting_statement, literal_value
from policysim.language.edits import append_to_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.explanation.diagnosis import NearMiss
    from policysim.explanation.fixes.candidates import Aim, Case
    from policysim.explanation.fixes.statements import Json
    from policysim.language.json_text import JsonValue
    from policysim.language.policy import ConditionEntry


def add_endpoint_statement(case: Case, aim: Aim) -> Iterator[Candidate]:
    """A statement for the VPC endpoint of the call, where an address range keeps it out (spec C56).

    A call through an endpoint has no ``aws:SourceIp``, so no range of addresses lets it in.
    """
    endpoint = literal_value(case.request, "aws:SourceVpce")
    if endpoint is None or aim.layer is LayerName.VPCE:
        return
    for miss, entry in near_conditions(case, aim):
        policy = miss.match.attached.policy
        statement = granting_statement(case, aim.layer, policy.type, policy.version)
        if statement is None or entry.key.lower() != "aws:sourceip" or miss.outcome.reason is not Reason.KEY_ABSENT:
            continue
        yield Candidate(
            FixKind.ADD_ENDPOINT_STATEMENT,
            f"add a statement for calls through `{endpoint}` to `{miss.match.attached.name}`: such a call has no"
            " aws:SourceIp",
            miss.match.attached,
            aim.layer,
            (
                append_to_list(
                    policy.location.below("Statement"), {**statement, "Condition": _for_endpoint(miss, entry, endpoint)}
                ),
            ),
            bound_by(case, miss.match.attached, aim.layer),
        )


def _for_endpoint(miss: NearMiss, instead_of: ConditionEntry, endpoint: str) -> Json:
    """The conditions of a statement, with the endpoint in the place of the range of addresses."""
    blocks: dict[str, dict[str, JsonValue]] = {"StringEquals": {"aws:SourceVpce": endpoint}}
    for entry in miss.match.statement.conditions:
        if entry != instead_of:
            values: JsonValue = list(entry.values) if entry.listed else entry.values[0]
            blocks.setdefault(entry.operator, {})[entry.key] = values
    return dict(blocks)
