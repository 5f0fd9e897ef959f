"""Random questions and the policies in force, over a vocabulary small enough for statements to meet and overlap.

Callers of every kind, policies of every layer. A question and its policies are drawn together, so that most patterns
are made for the action and the resource that are asked for. Every choice begins with the plainest, so that an example
shrinks to a policy that reads like one written by hand.
"""

from __future__ import annotations

import copy
import itertools
import json
from functools import cache
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, LayerPolicies, Level, PolicySet, one_level
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import Credentials, Principal, PrincipalKind, Request, RequestContext, Resource
from policysim.language.source import Source

Document = dict[str, Any]
Question = dict[str, Any]
Layers = dict[str, Any]

ACCOUNT, OTHER = "111122223333", "444455556666"
USER = f"arn:aws:iam::{ACCOUNT}:user/u"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/f"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SERVICE = "sns.amazonaws.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example"
VARIABLE = "${aws:PrincipalTag/team}"

CALLERS: Final[dict[str, dict[str, str]]] = {
    "IAMUser": {"arn": USER, "account": ACCOUNT},
    "AssumedRole": {"arn": SESSION, "entity": ROLE, "account": ACCOUNT},
    "FederatedUser": {"arn": FEDERATED, "entity": USER, "account": ACCOUNT},
    "Root": {"arn": ROOT, "account": ACCOUNT},
    "AWSService": {"service": SERVICE},
    "Anonymous": {},
    "WebIdentity": {"provider": PROVIDER},
}
"""One caller of each kind."""

RESOURCES: Final = {
    "s3:ListBucket": ("arn:aws:s3:::a", "arn:aws:s3:::ab"),
    "dynamodb:GetItem": ("arn:aws:dynamodb:us-east-1:{}:table/a", "arn:aws:dynamodb:us-east-1:{}:table/ab"),
    "sns:Publish": ("arn:aws:sns:us-east-1:{}:a", "arn:aws:sns:us-east-1:{}:ab"),
    "kms:Decrypt": ("arn:aws:kms:us-east-1:{}:key/a", "arn:aws:kms:us-east-1:{}:key/ab"),
    "sts:AssumeRole": ("arn:aws:iam::{}:role/a", "arn:aws:iam::{}:role/ab"),
    "dynamodb:ListTables": ("*",),
}
"""What is asked for: an ordinary action, one of a service outside RCPs, two that need the resource's policy, and one
without resource; each with resources that it works on, ``{}`` being their owner."""
FEDERATED_ACTION: Final = "sts:AssumeRoleWithWebIdentity"

VALUES = ("a", "ab", "b")
KEYS = ("aws:RequestedRegion", "s3:prefix", "aws:PrincipalTag/team")
ALWAYS_PRESENT: Final = frozenset({"aws:RequestedRegion"})


class KeyForm(NamedTuple):
    """A context key: operators that fit it, values that policies want, and values that requests have."""

    operators: tuple[str, ...]
    wanted: tuple[str, ...]
    held: tuple[tuple[str, ...], ...]

    @property
    def choices(self) -> list[list[str]]:
        """The lists of values that a policy may want."""
        return [[value] for value in self.wanted] + [list(pair) for pair in itertools.combinations(self.wanted[:4], 2)]


_TEXT_OPERATORS: Final = (
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "StringLikeIfExists",
)
_TEXT: Final = KeyForm(_TEXT_OPERATORS, (*VALUES, "a*", "?", "A", VARIABLE), tuple((v,) for v in (*VALUES, "A")))
KEY_FORMS: Final[dict[str, KeyForm]] = {
    "aws:RequestedRegion": _TEXT,
    "s3:prefix": _TEXT,
    "aws:PrincipalTag/team": _TEXT,
    "s3:max-keys": KeyForm(
        ("NumericEquals", "NumericLessThan", "NumericGreaterThanEquals", "NumericNotEqualsIfExists"),
        ("1", "2"),
        (("1",), ("2",), ("3",)),
    ),
    "aws:MultiFactorAuthPresent": KeyForm(("Bool", "BoolIfExists"), ("true", "false"), (("true",), ("false",))),
    "aws:TagKeys": KeyForm(
        (
            "ForAllValues:StringEquals",
            "ForAnyValue:StringEquals",
            "ForAnyValue:StringNotEquals",
            "ForAllValues:StringLike",
        ),
        ("a", "b", "a*"),
        ((), ("a",), ("b",), ("a", "b")),
    ),
    "aws:SourceVpce": KeyForm(("StringEquals", "StringNotEquals"), ("vpce-1",), (("vpce-1",), ("vpce-2",))),
}


def _singles_and_pairs(values: tuple[str, ...]) -> list[list[str]]:
    """Lists to choose from, the shortest first: one draw each, which is quick and shrinks well."""
    return [[value] for value in values] + [list(pair) for pair in itertools.combinations(values, 2)]


@cache
def _action_lists(action: str) -> st.SearchStrategy[list[str]]:
    service, name = action.split(":")
    fitting = (action, "*", f"{service}:*", f"{service}:{name[:3]}*", f"{service}:?{name[1:]}", action.upper())
    return st.sampled_from(_singles_and_pairs((*fitting, "ec2:*", f"{service}:Put*")))


@cache
def _own_action(action: str) -> st.SearchStrategy[list[str]]:
    return st.sampled_from([[action], [f"{action.split(':', maxsplit=1)[0]}:*"]])


@cache
def _resource_lists(resource: str) -> st.SearchStrategy[list[str]]:
    if resource == "*":
        return st.sampled_from([["*"], ["*"], ["arn:aws:s3:::a"]])
    head = resource.rstrip("ab")
    patterns = (resource, f"{head}*", f"{head}a", f"{head}?", f"{head}{VARIABLE}", "arn:aws:s3:::z")
    return st.sampled_from([["*"], *_singles_and_pairs(patterns), ["*"] * 2])


_ENTRIES: Final = st.sampled_from(
    [(op, key, wanted) for key, form in KEY_FORMS.items() for op in form.operators for wanted in form.choices]
)
_NULLS: Final = st.sampled_from([("Null", key, [word]) for key in KEY_FORMS for word in ("true", "false")])
_CONDITIONS: Final = st.lists(st.one_of(_ENTRIES, _ENTRIES, _ENTRIES, _ENTRIES, _NULLS), max_size=2)
_NO_CONDITION: Final = st.just(())
_MAYBE_CONDITIONS: Final = st.one_of(_NO_CONDITION, _CONDITIONS)


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for operator, key, wanted in draw(_MAYBE_CONDITIONS):
        found.setdefault(operator, {})[key] = wanted
    return found


_PRINCIPALS: Final = (
    "*",
    {"AWS": USER},
    {"AWS": ROLE},
    {"AWS": SESSION},
    {"AWS": ACCOUNT},
    {"AWS": ROOT},
    {"AWS": FEDERATED},
    {"AWS": OTHER},
    {"AWS": "*"},
    {"AWS": [USER, ROLE]},
    {"Service": SERVICE},
    {"Federated": PROVIDER},
)


@cache
def _principals(kind: str) -> st.SearchStrategy[Any]:
    """Principals of a resource-based policy, most of them forms of the caller."""
    caller = CALLERS[kind]
    own: list[Any] = [{"AWS": caller[name]} for name in ("arn", "entity", "account") if name in caller]
    own += [{"Service": SERVICE}] if "service" in caller else []
    own += [{"Federated": PROVIDER}] if "provider" in caller else []
    return st.one_of(st.sampled_from(own or ["*"]), st.sampled_from(_PRINCIPALS))


_ENDPOINT_PRINCIPALS: Final = st.sampled_from(["*", {"AWS": "*"}, {"AWS": ROLE}, {"AWS": USER}])
_SPARED: Final = st.sampled_from(
    [
        {"AWS": [ROLE, SESSION, ROOT]},
        {"AWS": [USER, ACCOUNT]},
        {"AWS": ROOT},
        {"AWS": ROLE},
        {"AWS": OTHER},
        {"Service": SERVICE},
    ]
)


_EFFECTS: Final = st.sampled_from(["Allow", "Allow", "Deny"])
_ACTION_NAMES: Final = st.sampled_from(["Action"] * 5 + ["NotAction"])
_RESOURCE_NAMES: Final = st.sampled_from(["Resource"] * 5 + ["NotResource"])
_ONE_IN_EIGHT: Final = st.sampled_from([False] * 7 + [True])
_CONDITION: Final = conditions()
FULL: Final[Document] = {"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}


@st.composite
def statements(
    draw: st.DrawFn, question: Question, layer: str = "identity", *, effect: str | None = None, spare: bool = True
) -> Document:
    """A statement that a layer may hold; without ``spare`` it has no ``NotPrincipal``."""
    statement: Document = {"Effect": effect or draw(_EFFECTS)}
    action = question["action"]
    trust = layer == "resource" and action.startswith("sts:")
    if layer == "resource":
        spares = spare and not trust and draw(_ONE_IN_EIGHT)
        statement |= {"NotPrincipal": draw(_SPARED)} if spares else {"Principal": draw(_principals(question["kind"]))}
    if layer == "vpce":
        statement["Principal"] = draw(_ENDPOINT_PRINCIPALS)
    if layer == "rcp":
        statement |= {"Effect": "Deny", "Principal": "*"}
    if trust or layer == "rcp":
        statement["Action"] = draw(_own_action(action))
    else:
        statement[draw(_ACTION_NAMES)] = draw(_action_lists(action))
    if not trust:
        statement[draw(_RESOURCE_NAMES)] = draw(_resource_lists(question["resource"]))
    condition = draw(_CONDITION)
    return {**statement, "Condition": condition} if condition else statement


@st.composite
def documents(draw: st.DrawFn, question: Question, layer: str = "identity", *, spare: bool = True) -> Document:
    found = draw(st.lists(statements(question, layer, spare=spare), min_size=1, max_size=2))
    if layer in {"identity", "boundary", "session", "scp"} and draw(st.booleans()):
        found.append(FULL)
    if layer == "vpce" and draw(st.booleans()):
        found.append({**FULL, "Principal": "*"})
    return {"Version": "2012-10-17", "Statement": copy.deepcopy(found)}


def contents(question: Question, layer: str, *, spare: bool = True) -> st.SearchStrategy[Any]:
    """What a layer that is present may hold: a document, documents, or levels of them."""
    one = documents(question, layer.removesuffix("_levels"), spare=spare)
    if layer == "identity":
        return st.lists(one, max_size=2)
    return st.lists(st.lists(one, min_size=1, max_size=2), min_size=1, max_size=2) if "_" in layer else one


@st.composite
def layers(draw: st.DrawFn, question: Question, *, spare: bool = True) -> Layers:
    """The policies in force; a layer that is not present is ``None`` (no identity-based policies: an empty list)."""

    focus = draw(_FOCUSES)
    found = dict(_open_layers(question))
    for layer in sorted(focus):
        found[layer] = draw(contents(question, layer, spare=spare))
    return found


LAYERS: Final = ("identity", "resource", "boundary", "session", "scp_levels", "rcp_levels", "vpce")
_FOCUSES: Final = st.sets(st.sampled_from(LAYERS), max_size=4)


def _open_layers(question: Question) -> Layers:
    """Layers in which nothing stands in the way: what the layers that are not drawn hold."""
    trust = question["action"].startswith("sts:")
    everybody = {"Effect": "Allow", "Principal": "*", "Action": ["sts:*" if trust else "*"]}
    everything = everybody if trust else {**everybody, "Resource": ["*"]}
    return {
        "identity": [{"Version": "2012-10-17", "Statement": [copy.deepcopy(FULL)]}],
        "resource": {"Version": "2012-10-17", "Statement": [everything]} if question["open_resource"] else None,
        **dict.fromkeys(("boundary", "session", "scp_levels", "rcp_levels", "vpce")),
    }


_OWNERS: Final = st.sampled_from([ACCOUNT, ACCOUNT, OTHER])
_KINDS: Final = ("IAMUser", "AssumedRole", *CALLERS)
_HELD: Final = {key: st.sampled_from(form.held) for key, form in KEY_FORMS.items()}
_CONTEXTS: Final = st.fixed_dictionaries(
    {key: _HELD[key] for key in sorted(ALWAYS_PRESENT)},
    optional={key: values for key, values in _HELD.items() if key not in ALWAYS_PRESENT},
)


def contexts_of(kind: str) -> st.SearchStrategy[dict[str, list[str]]]:
    """Contexts that a caller of this kind can have: nobody signs for it, or with a long-term key."""
    unsigned = kind in {"Anonymous", "WebIdentity"}
    lacking = ("aws:Pri", "aws:Multi") if unsigned else ("aws:Multi",) if kind == "IAMUser" else ()

    def of(context: dict[str, tuple[str, ...]]) -> dict[str, list[str]]:
        return {key: list(values) for key, values in sorted(context.items()) if not key.startswith(lacking)}

    return _CONTEXTS.map(of)


@st.composite
def questions(draw: st.DrawFn, kinds: tuple[str, ...] = _KINDS) -> Question:
    """A question whose context is complete: a key that it does not hold is absent."""
    kind = draw(st.sampled_from(kinds))
    action = FEDERATED_ACTION if kind == "WebIdentity" else draw(st.sampled_from(list(RESOURCES)))
    resources = RESOURCES["sts:AssumeRole"] if kind == "WebIdentity" else RESOURCES[action]
    owner = ACCOUNT if resources == ("*",) else draw(_OWNERS)
    return {
        "kind": kind,
        **CALLERS[kind],
        "owner": owner,
        "action": action,
        "resource": draw(st.sampled_from(resources)).format(owner),
        "context": draw(contexts_of(kind)),
        "management": draw(_ONE_IN_EIGHT),
        "resource_in_management": draw(_ONE_IN_EIGHT),
        "open_resource": draw(st.booleans()),
        "service_linked": kind == "AssumedRole" and draw(_ONE_IN_EIGHT),
    }


@st.composite
def hinging(draw: st.DrawFn, keys: tuple[str, ...]) -> Document:
    """A document of statements that hang on these keys and on little else."""
    statement = st.sampled_from(
        [
            {"Effect": effect, "Action": ["*"], "Resource": ["*"], "Condition": {operator: {key: wanted}}}
            for key in keys
            for effect in ("Allow", "Allow", "Deny")
            for operator in KEY_FORMS[key].operators
            for wanted in KEY_FORMS[key].choices
        ]
    )
    found = draw(st.lists(statement, min_size=2, max_size=4))
    return {"Version": "2012-10-17", "Statement": copy.deepcopy(found)}


@st.composite
def hinging_situations(draw: st.DrawFn, keys: tuple[str, ...]) -> tuple[Question, Layers]:
    """A question by a user or role whose own policies hang on these keys, while nothing else stands in the way."""
    question = draw(questions(("AssumedRole", "IAMUser")))
    found = _open_layers({**question, "open_resource": True})
    found["resource"]["Statement"][0]["Principal"] = {"AWS": ACCOUNT}
    return question, {**found, "identity": [draw(hinging(keys))]}


@st.composite
def situations(draw: st.DrawFn, kinds: tuple[str, ...] = _KINDS, *, spare: bool = True) -> tuple[Question, Layers]:
    """A question and the policies in force for it."""
    question = draw(questions(kinds))
    return question, draw(layers(question, spare=spare))


def request_of(question: Question, *, unknown: tuple[str, ...] = ()) -> Request:
    """The question as a request, with nothing known of the ``unknown`` keys."""
    context = {key: tuple(value) for key, value in question["context"].items() if key not in unknown}
    kind = PrincipalKind(question["kind"])
    return Request(
        principal=Principal(
            kind=kind,
            arn=question.get("arn"),
            account=question.get("account"),
            entity_arn=question.get("entity"),
            service=question.get("service"),
            provider=question.get("provider"),
            credentials=Credentials.LONG_TERM if kind is PrincipalKind.USER else Credentials.TEMPORARY,
            service_linked=question["service_linked"],
            in_management_account=question["management"],
        ),
        action=question["action"],
        resource=Resource(
            arn=question["resource"],
            account=question["owner"],
            in_management_account=question["resource_in_management"],
        ),
        context=RequestContext(context, unknown=unknown, complete=True),
    )


def attached(document: Document, type_: PolicyType, name: str) -> AttachedPolicy:
    policy = parse_policy(Source(name, json.dumps(document)), type_)
    assert policy.usable, policy.problems
    return AttachedPolicy(name, policy)


def policy_set(content: Layers) -> PolicySet:
    """The layers as policies in force."""
    built = {}
    if content["identity"]:
        built[LayerName.IDENTITY] = _one_level("identity", content["identity"], PolicyType.IDENTITY)
    if content["resource"]:
        has_resource = any("Resource" in s or "NotResource" in s for s in _listed(content["resource"]["Statement"]))
        type_ = PolicyType.RESOURCE if has_resource else PolicyType.TRUST
        built[LayerName.RESOURCE] = _one_level("resource", [content["resource"]], type_)
    for word in ("boundary", "session", "vpce"):
        if content[word]:
            built[LayerName(word)] = _one_level(word, [content[word]], PolicyType(word))
    for word in ("scp", "rcp"):
        levels = content[f"{word}_levels"]
        if levels is not None:
            built[LayerName(word)] = LayerPolicies(
                tuple(
                    Level(
                        f"level-{i}", tuple(attached(d, PolicyType(word), f"{word}-{i}-{j}") for j, d in enumerate(lv))
                    )
                    for i, lv in enumerate(levels)
                )
            )
    return PolicySet(built)


def _one_level(name: str, found: list[Document], type_: PolicyType) -> LayerPolicies:
    return one_level(name, [attached(document, type_, f"{name}-{index}") for index, document in enumerate(found)])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
