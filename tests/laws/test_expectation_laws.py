"""Laws of checked sentences, over random policies: verbs exclude each other, and wildcards are conjunctions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.evaluation.decision import Effect
from policysim.expectations.asking import Asked, answer_to
from policysim.expectations.checking import Checker
from policysim.expectations.results import Standing
from policysim.language.patterns import resource_matches
from policysim.language.request import ABSENT
from tests.expectations.small_accounts import ACCOUNT, BUCKET, account, sentences, standing_alone

if TYPE_CHECKING:
    from policysim.account.account import Account
    from policysim.expectations.results import Answer, Result

ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage", "sts:AssumeRole", "kms:Decrypt")
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
RESOURCES = {
    "s3:GetObject": f"{BUCKET}/a/x",
    "s3:PutObject": f"{BUCKET}/b",
    "s3:ListBucket": BUCKET,
    "sqs:SendMessage": QUEUE,
    "sts:AssumeRole": f"arn:aws:iam::{ACCOUNT}:role/b",
    "kms:Decrypt": KEY,
}
CALLERS = ("role/a", "role/b", "user/u", "root", "anonymous", "outsider", "sns.amazonaws.com", "999988887777:role/x")
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
    {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
    {"StringLike": {"aws:PrincipalTag/team": "a*"}},
)
WHEN = ("", " when aws:SecureTransport = true", " when aws:RequestedRegion like eu-* and aws:PrincipalTag/team = ab")
WORDS = ("*", f"{BUCKET}/*", f"{BUCKET}/a/*", "arn:aws:s3:::*", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:*", "role/*")
PATTERNS = (
    "*",
    f"{BUCKET}/*",
    f"{BUCKET}/a*",
    f"{BUCKET}/a/*",
    BUCKET,
    QUEUE,
    f"arn:aws:sqs:*:{ACCOUNT}:q*",
    "arn:aws:s3:::d?ta/*",
)
ACTION_PATTERNS = (*ACTIONS, "*", "s3:*", "s3:Get*", "sqs:*", "kms:*", "sts:*")

_IDENTITY = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "Action": st.sampled_from(ACTION_PATTERNS),
        "Resource": st.sampled_from(PATTERNS),
        "Condition": st.sampled_from(CONDITIONS),
    }
)
_PRINCIPALS = st.sampled_from(
    [
        "*",
        {"AWS": ACCOUNT},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/a"},
        {"AWS": "999988887777"},
        {"Service": "sns.amazonaws.com"},
    ]
)


def _with_principal(statement: dict[str, Any], principal: object) -> dict[str, Any]:
    return {**statement, "Principal": principal}


_RESOURCE = st.builds(_with_principal, _IDENTITY, _PRINCIPALS)
_TRUST = st.builds(
    lambda effect, principal, condition: {
        "Effect": effect,
        "Principal": principal,
        "Action": "sts:AssumeRole",
        "Condition": condition,
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    _PRINCIPALS,
    st.sampled_from(CONDITIONS),
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "a": st.lists(_IDENTITY, min_size=1, max_size=3),
        "u": st.lists(_IDENTITY, max_size=2),
        "bucket": st.lists(_RESOURCE, max_size=2),
        "key": st.lists(_RESOURCE, max_size=2),
        "trust": st.lists(_TRUST, max_size=2),
        "boundary": st.lists(_IDENTITY, max_size=2),
    }
)


def at_hand(documents: dict[str, list[dict[str, Any]]]) -> Account:
    """An account with these statements, in which empty documents are not there."""
    return account(
        roles={"a": documents["a"], "b": []},
        users={"u": documents["u"]},
        trust={"b": documents["trust"]} if documents["trust"] else None,
        boundary={"a": documents["boundary"]} if documents["boundary"] else None,
        resources={BUCKET: documents["bucket"] or None, KEY: documents["key"] or None, QUEUE: None},
    )


def check(text: str, documents: dict[str, list[dict[str, Any]]]) -> Result:
    (sentence,) = sentences(text)
    return Checker(standing_alone(at_hand(documents))).check(sentence)


def literal(answer: Answer, verb: str) -> str:
    """One request as a sentence."""
    stated = [
        f'"{key}" absent' if value is ABSENT else f'"{key}" = {", ".join(f"{chr(34)}{one}{chr(34)}" for one in value)}'
        for key, value in answer.request.context.items()
        if value is ABSENT or isinstance(value, tuple)
    ]
    when = f" when {' and '.join(stated)}" if stated else ""
    return f'"{answer.caller}" {verb} {answer.request.action} on "{answer.request.resource.arn}"{when}'


@given(DOCUMENTS, st.sampled_from(CALLERS), st.sampled_from(ACTIONS), st.sampled_from(WHEN[:2]))
@settings(max_examples=150)
def test_of_can_and_cannot_exactly_one_holds_or_both_are_undecided(
    documents: dict[str, list[dict[str, Any]]], caller: str, action: str, when: str
) -> None:
    request = f"{action} on {RESOURCES[action]}{when}"
    both = [check(f"{caller} {verb} {request}", documents).standing for verb in ("can", "cannot")]
    assert sorted(one.value for one in both) in (["met", "unmet"], ["undecided", "undecided"])


@given(
    DOCUMENTS,
    st.sampled_from(["role/*", "user/u, role/a", "root"]),
    st.sampled_from(["can", "cannot"]),
    st.sampled_from(["s3:Get*Object", "s3:*Object", "sqs:Send*", "sts:Assume*", *ACTIONS]),
    st.sampled_from(WORDS),
    st.sampled_from(WHEN),
)
@settings(max_examples=60)
def test_a_wildcard_is_the_conjunction_of_the_requests_that_it_stands_for(  # a sentence has many parts
    documents: dict[str, list[dict[str, Any]]], callers: str, verb: str, actions: str, word: str, when: str
) -> None:
    """Made-up resources aside, of which it is taken for granted that they have no policy."""
    (wide,) = sentences(f"{callers} {verb} {actions} on {word}{when}")
    found: list[Answer] = []
    organisation = standing_alone(at_hand(documents))
    result = Checker(organisation, observe=lambda _, answer: found.append(answer)).check(wide)
    if result.standing is Standing.BROKEN:
        return
    listed = {BUCKET, KEY, QUEUE, "*", *(f"arn:aws:iam::{ACCOUNT}:{name}" for name in ("role/a", "role/b", "user/u"))}
    real = [one for one in found if one.request.resource.arn in listed or one.request.resource.arn.startswith(BUCKET)]
    checker = Checker(organisation)
    standings = {checker.check(sentences(literal(one, verb))[0]).standing for one in real}
    assert Standing.BROKEN not in standings
    if result.standing is Standing.MET:
        assert standings <= {Standing.MET}
    if real and len(real) == len(found):
        assert (result.standing is Standing.MET) is (standings == {Standing.MET})


@given(
    DOCUMENTS, _IDENTITY, st.sampled_from(["a", "u", "boundary"]), st.sampled_from(ACTIONS), st.sampled_from(WHEN[:2])
)
@settings(max_examples=100)
def test_another_allow_breaks_no_can_and_another_deny_no_cannot(
    documents: dict[str, list[dict[str, Any]]], statement: dict[str, Any], where: str, action: str, when: str
) -> None:
    """A boundary that was not there before is another matter: it takes away."""
    if not documents[where]:
        return
    after = {**documents, where: [*documents[where], statement]}
    verb = "can" if statement["Effect"] == "Allow" else "cannot"
    sentence = f"role/a, user/u {verb} {action} on {RESOURCES[action]}{when}"
    if check(sentence, documents).standing is Standing.MET:
        assert check(sentence, after).standing is Standing.MET


@given(DOCUMENTS, st.sampled_from(CALLERS[:6]), st.sampled_from(ACTIONS), st.sampled_from(WORDS))
@settings(max_examples=60)
def test_samples_fit_the_word_and_each_is_asked_once(
    documents: dict[str, list[dict[str, Any]]], caller: str, action: str, word: str
) -> None:
    found: list[Answer] = []
    (sentence,) = sentences(f"{caller} cannot {action} on {word}")
    Checker(standing_alone(at_hand(documents)), observe=lambda _, answer: found.append(answer)).check(sentence)
    asked = [(one.request.resource.arn, one.request.context) for one in found]
    assert len(asked) == len(set(asked))
    pattern = f"arn:aws:iam::{ACCOUNT}:role/*" if word == "role/*" else word
    if action != "s3:ListBucket":  # which is asked about the bucket of the objects
        assert all(resource_matches(pattern, arn).matches for arn, _ in asked)


@given(DOCUMENTS, st.sampled_from(CALLERS), st.sampled_from(ACTIONS))
@settings(max_examples=100)
def test_a_brief_answer_denies_exactly_what_the_full_one_does(
    documents: dict[str, list[dict[str, Any]]], caller: str, action: str
) -> None:
    from policysim.expectations.plans import Planner  # noqa: PLC0415  # for the requests of this one law

    organisation = standing_alone(at_hand(documents))
    (sentence,) = sentences(f"{caller} can {action} on {RESOURCES[action]}")
    denials = {Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY}
    asked: Asked
    for asked, _ in Planner(organisation).plan(sentence, 100).requests():
        full, brief = (answer_to(asked, organisation, brief=how).call.effect for how in (False, True))
        assert (full in denials) is (brief in denials)
        assert full in denials or full is brief


@given(DOCUMENTS, st.sampled_from(ACTIONS))
@settings(max_examples=60)
def test_only_is_nobody_but_together_with_can(documents: dict[str, list[dict[str, Any]]], action: str) -> None:
    request = f"{action} on {RESOURCES[action]} when aws:SecureTransport = true"
    only, nobody, can = (
        check(f"{said} {request}", documents).standing
        for said in ("only root, role/a can", "nobody but root, role/a can", "root, role/a can")
    )
    assert (only is Standing.MET) is (nobody is Standing.MET and can is Standing.MET)
