"""The decision rule written a second time, slowly and obviously, for requests whose context is fully known.

Raw JSON documents in, a word out. It shares no code with ``policysim.evaluation``: patterns are tried character by
character, layers are plain ``if``s, and there is no third truth value. The rules are named where they stand
(spec E1 to E38, P2 to P25, X1 to X8, S1 to S22).

A question is a dictionary: ``kind`` of the caller, its ``arn``, ``entity`` (the role or user behind a session),
``account``, ``service`` or ``provider``; ``owner`` of the resource, ``action``, ``resource``, complete ``context``,
``management`` and ``resource_in_management`` (accounts), ``service_linked``.
"""

from __future__ import annotations

from typing import Any

from tests.twins.slow_operators import slow_condition
from tests.twins.slow_patterns import slow_match

Document = dict[str, Any]
Question = dict[str, Any]
Layers = dict[str, Any]

IDENTITIES = {"IAMUser", "AssumedRole", "FederatedUser"}
OF_AN_ACCOUNT = IDENTITIES | {"Root"}
UNDER_RCPS = {"s3", "dynamodb", "kms", "sts"}
WITHOUT_RESOURCE = {"dynamodb:ListTables"}
NEEDING_THE_RESOURCES_POLICY = {"kms:Decrypt", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"}
VARIABLE, VARIABLE_KEY = "${aws:PrincipalTag/team}", "aws:PrincipalTag/team"


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def fill(value: str, question: Question) -> str | None:
    """The value with its variable replaced; nothing when the variable has no value (V4, V5)."""
    if VARIABLE not in value:
        return value
    held = question["context"].get(VARIABLE_KEY)
    return value.replace(VARIABLE, held[0]) if held else None


def covers(pattern: str, question: Question) -> bool:
    """Whether a pattern of a ``Resource`` covers the resource; what a variable stands for is no wildcard (V8)."""
    filled = fill(pattern, question)
    return filled is not None and slow_match(filled, question["resource"])


def condition_holds(operator: str, key: str, wanted: list[str], question: Question) -> bool:
    filled = [text for text in (fill(value, question) for value in wanted) if text is not None]
    held = question["context"].get(key)
    if wanted and not filled and held:
        # A value that nothing stands for equals nothing: only what differs from it matches (V5).
        filled = ["\0"]
    return slow_condition(operator, filled or wanted, held)


def applies(statement: Document, question: Question) -> bool:
    """Action, resource and every condition match (E4); the principal aside."""
    action = question["action"].lower()
    if "Action" in statement:
        if not any(slow_match(p.lower(), action) for p in as_list(statement["Action"])):
            return False
    elif any(slow_match(p.lower(), action) for p in as_list(statement["NotAction"])):
        return False
    if "Resource" in statement and not any(covers(p, question) for p in as_list(statement["Resource"])):
        return False
    if "NotResource" in statement and any(covers(p, question) for p in as_list(statement["NotResource"])):
        return False
    return all(
        condition_holds(operator, key, as_list(wanted), question)
        for operator, block in statement.get("Condition", {}).items()
        for key, wanted in block.items()
    )


def matching(documents: list[Document], question: Question, effect: str) -> list[Document]:
    return [
        statement
        for document in documents
        for statement in as_list(document["Statement"])
        if statement["Effect"] == effect and applies(statement, question)
    ]


def named_as(principals: Any, question: Question) -> set[str]:
    """How a list of principals names the caller: ``direct``, ``entity`` (what is behind it), ``account``."""
    kind = question["kind"]
    if principals == "*":
        return {"direct"}
    found = set()
    for name in as_list(principals.get("AWS", [])):
        if name == "*" and kind != "WebIdentity":
            found.add("direct")
        if name == question.get("arn") and kind != "Root":
            found.add("direct")
        if name == question.get("entity") and kind in {"AssumedRole", "FederatedUser"}:
            found.add("entity")
        account = question.get("account")
        if account is not None and name in {account, f"arn:aws:iam::{account}:root"}:
            found.add("account")
    if kind == "AWSService" and question["service"] in as_list(principals.get("Service", [])):
        found.add("direct")
    if kind == "WebIdentity" and question["provider"] in as_list(principals.get("Federated", [])):
        found.add("direct")
    return found


def reached_as(statement: Document, question: Question, layers: Layers, *, strict: bool) -> set[str]:
    """How a statement with a principal element reaches the caller; ``strict`` settles what AWS leaves open (P20)."""
    if "Principal" in statement:
        return named_as(statement["Principal"], question)
    listed = named_as(statement["NotPrincipal"], question)
    if statement["Effect"] == "Allow" or question["kind"] not in IDENTITIES:
        return set() if listed else {"direct"}
    if layers["boundary"]:
        return {"direct"}  # P21
    itself, account = listed - {"account"}, "account" in listed
    if itself and not account:
        return {"direct"} if strict else set()
    return set() if itself and account else {"direct"}


def decide_slowly(question: Question, layers: Layers, *, strict: bool = True) -> str:
    """The word for the outcome.

    A Deny whose ``NotPrincipal`` lists the caller but not its account may spare it or not: ``strict`` denies.
    """
    settled = settled_by_nobody(question)
    if settled is not None:
        return settled
    if question["action"] in WITHOUT_RESOURCE:
        question = {**question, "resource": "*"}
    reach = {
        effect: [
            kinds
            for statement in matching([layers["resource"]] if layers["resource"] else [], question, effect)
            if (kinds := reached_as(statement, question, layers, strict=strict))
        ]
        for effect in ("Allow", "Deny")
    }
    limits = limiting_layers(question, layers)
    identity = layers["identity"] if question["kind"] in IDENTITIES else []
    everything = [identity, *(documents for documents, _ in limits)]
    if reach["Deny"] or any(matching(documents, question, "Deny") for documents in everything):
        return "explicit_deny"
    if any(binds_all and not matching(documents, question, "Allow") for documents, binds_all in limits):
        return "implicit_deny"
    ways = set().union(*reach["Allow"])
    within = within_inner_limits(question, layers)
    by_identity = bool(matching(identity, question, "Allow")) and within
    return "allowed" if has_a_path(question, ways, by_identity=by_identity, within=within) else "implicit_deny"


def settled_by_nobody(question: Question) -> str | None:
    """What no policy can change (E30, E43, P14)."""
    if question["action"] == "sts:AssumeRole" and question["kind"] in {"Root", "FederatedUser"}:
        return "implicit_deny"
    if question["kind"] == "WebIdentity" and question["resource"].split(":")[4] != question["provider"].split(":")[4]:
        return "implicit_deny"
    return None


def limiting_layers(question: Question, layers: Layers) -> list[tuple[list[Document], bool]]:
    """The documents that limit whoever calls, and whether each level of them must allow."""
    found: list[tuple[list[Document], bool]] = []
    kind = question["kind"]
    if kind in OF_AN_ACCOUNT and not question["management"] and not question["service_linked"]:
        found += [(level, True) for level in layers["scp_levels"] or []]  # E17 to E20
    under_rcps = question["action"].split(":")[0] in UNDER_RCPS and question["action"] not in WITHOUT_RESOURCE
    if under_rcps and not question["resource_in_management"] and not question["service_linked"]:
        found += [(level, False) for level in layers["rcp_levels"] or []]  # E23 to E28
    if question["context"].get("aws:SourceVpce") and layers["vpce"]:
        reaching = [s for s in as_list(layers["vpce"]["Statement"]) if named_as(s["Principal"], question)]
        found.append(([{"Statement": reaching}], True))  # E33, E34
    if kind in IDENTITIES and layers["boundary"]:
        found.append(([layers["boundary"]], False))  # E12: what it does not allow, ``within_inner_limits`` tells
    if kind in {"AssumedRole", "FederatedUser"} and layers["session"]:
        found.append(([layers["session"]], False))  # E13
    return found


def within_inner_limits(question: Question, layers: Layers) -> bool:
    """Boundary and session policy, where there are any, allow; a federated user needs a session policy (E16)."""
    kind = question["kind"]
    within = not layers["boundary"] or bool(matching([layers["boundary"]], question, "Allow"))
    if kind in {"AssumedRole", "FederatedUser"}:
        if layers["session"]:
            within &= bool(matching([layers["session"]], question, "Allow"))
        elif kind == "FederatedUser":
            within = False
    return within


def has_a_path(question: Question, ways: set[str], *, by_identity: bool, within: bool) -> bool:
    """Whether something grants, explicit denies and outer limits aside (E7 to E11, E30, E31, E36, E37, X1 to X4)."""
    needs_policy = question["action"] in NEEDING_THE_RESOURCES_POLICY
    same_account = question.get("account") == question["owner"]
    if question["kind"] == "Root" and same_account:
        return bool(ways) if needs_policy else True
    if question["kind"] not in IDENTITIES:
        return bool(ways)
    if not same_account:
        return bool(ways) and by_identity
    if "direct" in ways or ("entity" in ways and within):
        return True
    return by_identity and ("account" in ways or not needs_policy)
