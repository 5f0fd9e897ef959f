from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import Gap, one_level
from policysim.explanation.agreement import AGREED, Finding, compare, of_those_in_the_way
from policysim.explanation.diagnosis import Agreement
from tests.explanation.denied_cases import (
    BUCKET,
    KEY,
    OTHER_ACCOUNT,
    allow,
    attached,
    deny,
    document,
    in_force,
    levels,
    request,
)

if TYPE_CHECKING:
    from policysim.evaluation.decision import Decision

READ = attached(document(allow("s3:GetObject", f"{BUCKET}/*")))
NOTHING = attached(document(allow("sqs:SendMessage")))
SCP_ARN = "arn:aws:organizations::999999999999:policy/o-acme/service_control_policy/p-12345678"
DENYING_SCP = attached(document(allow("*"), deny("s3:*")), LayerName.SCP, name="no-s3", arn=SCP_ARN, attached_to=None)
FULL = attached(document(allow("*")), LayerName.SCP, name="FullAWSAccess", attached_to=None, editable=False)
OPEN_RCP = attached(
    document(
        allow("*", Principal="*"),
        deny("s3:*", Principal="*", Condition={"StringNotEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}}),
    ),
    LayerName.RCP,
    name="signed",
    attached_to=None,
)
ONLY_SQS = attached(document(allow("sqs:*")), LayerName.SCP, name="only-sqs", attached_to=None)
TRUST = attached(
    document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}),
    LayerName.RESOURCE,
    trust=True,
)
KEY_POLICY = attached(
    document(allow("kms:*", Principal={"AWS": "arn:aws:iam::111122223333:role/admin"})), LayerName.RESOURCE
)

DECISIONS: dict[str, Decision] = {
    "allowed": decide(request("s3:GetObject"), in_force({LayerName.IDENTITY: READ})),
    "identity": decide(request("s3:GetObject"), in_force({LayerName.IDENTITY: NOTHING})),
    "cross-account": decide(request("s3:GetObject", owner=OTHER_ACCOUNT), in_force({LayerName.IDENTITY: NOTHING})),
    "scp explicit": decide(
        request("s3:GetObject"), in_force({LayerName.IDENTITY: READ, LayerName.SCP: levels(r=(DENYING_SCP,))})
    ),
    "scp explicit and identity": decide(
        request("s3:GetObject"), in_force({LayerName.IDENTITY: NOTHING, LayerName.SCP: levels(r=(DENYING_SCP,))})
    ),
    "scp explicit, cross-account": decide(
        request("s3:GetObject", owner=OTHER_ACCOUNT),
        in_force({LayerName.IDENTITY: NOTHING, LayerName.SCP: levels(r=(DENYING_SCP,))}),
    ),
    "rcp depends on a key": decide(
        request("s3:GetObject", complete=False),
        in_force({LayerName.IDENTITY: READ, LayerName.RCP: levels(r=(OPEN_RCP,))}),
    ),
    "scp implicit": decide(
        request("s3:GetObject"),
        in_force({LayerName.IDENTITY: READ, LayerName.SCP: levels(r=(FULL,), ou=(ONLY_SQS,))}),
    ),
    "trust": decide(
        request("sts:AssumeRole", "arn:aws:iam::111122223333:role/admin"),
        in_force({LayerName.IDENTITY: attached(document(allow("sts:*"))), LayerName.RESOURCE: TRUST}),
    ),
    "key policy": decide(
        request("kms:Decrypt", KEY),
        in_force({LayerName.IDENTITY: attached(document(allow("kms:*"))), LayerName.RESOURCE: KEY_POLICY}),
    ),
    "depends on a key": decide(
        request("s3:GetObject", complete=False),
        in_force(
            {
                LayerName.IDENTITY: attached(
                    document(allow("s3:*", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}))
                )
            }
        ),
    ),
    "scp not collected": decide(
        request("s3:GetObject"),
        in_force(
            {
                LayerName.IDENTITY: NOTHING,
                LayerName.SCP: one_level("r", (), (Gap("not-collected", "the SCPs were not collected"),)),
            }
        ),
    ),
}

AGREES, DISAGREES, UNKNOWN = Agreement.AGREES, Agreement.DISAGREES, Agreement.UNKNOWN
MORE = Finding.NAMES_ONE_OF_SEVERAL
EXPLICIT, IMPLICIT, UNSAID = DenialKind.EXPLICIT, DenialKind.IMPLICIT, DenialKind.UNKNOWN

TABLE = [
    ("identity", None, UNSAID, AGREES, None, "M1: a bare message fits any denial"),
    ("identity", "identity", IMPLICIT, AGREES, None, "M1"),
    ("identity", "identity", EXPLICIT, DISAGREES, Finding.OTHER_KIND, "M2: the kind differs"),
    ("identity", "boundary", IMPLICIT, DISAGREES, Finding.LAYER_MISSING, "M4: no boundary at hand"),
    ("identity", None, EXPLICIT, DISAGREES, Finding.OTHER_KIND, "M9 old form `with an explicit deny`"),
    ("cross-account", "resource", IMPLICIT, AGREES, MORE, "M10: one of two layers that deny"),
    ("cross-account", "identity", IMPLICIT, AGREES, MORE, "M10: the other one"),
    ("scp explicit", "scp", EXPLICIT, AGREES, None, "M6"),
    ("scp explicit", "identity", IMPLICIT, DISAGREES, Finding.OTHER_LAYER, "M18"),
    ("scp explicit", "vpce", EXPLICIT, AGREES, None, "M8: transitively through a service control policy"),
    ("scp explicit and identity", "scp", EXPLICIT, AGREES, MORE, "M18: explicit denies come first"),
    (
        "scp explicit and identity",
        "identity",
        IMPLICIT,
        DISAGREES,
        Finding.EXPLICIT_HERE,
        "E3: it looks for them first",
    ),
    ("scp explicit, cross-account", "identity", IMPLICIT, AGREES, MORE, "M10: which account speaks is not documented"),
    ("rcp depends on a key", "rcp", EXPLICIT, AGREES, None, "E27: an RCP denies in no other way"),
    ("scp implicit", "scp", IMPLICIT, AGREES, None, "M6"),
    ("scp implicit", "scp", EXPLICIT, AGREES, None, "M6: the explicit text is printed for an implicit deny too"),
    ("trust", "trust", IMPLICIT, AGREES, None, "M9: the trust policy is the role's resource-based policy"),
    ("trust", None, UNSAID, AGREES, None, "M9: AssumeRole often says nothing more"),
    ("key policy", "resource", UNSAID, AGREES, None, "M14: the key-policy text leaves the kind open"),
    ("key policy", "identity", IMPLICIT, DISAGREES, Finding.OTHER_LAYER, "M17: an identity-based policy does allow"),
    ("allowed", "identity", IMPLICIT, DISAGREES, Finding.ALLOWED_HERE, "changed since, or propagation"),
    ("allowed", "scp", EXPLICIT, DISAGREES, Finding.LAYER_MISSING, "no SCP at hand"),
    ("allowed", None, UNSAID, DISAGREES, Finding.ALLOWED_HERE, "changed since, or propagation"),
    ("depends on a key", None, UNSAID, UNKNOWN, Finding.OPEN, "a bare message settles nothing"),
    ("depends on a key", "identity", IMPLICIT, AGREES, None, "every way to a denial is the one that AWS names"),
    ("depends on a key", "scp", EXPLICIT, DISAGREES, Finding.LAYER_MISSING, "no way to a denial is the one named"),
    ("scp not collected", "scp", EXPLICIT, UNKNOWN, Finding.MAY_BE_THERE, "the SCPs may hold it"),
    ("scp not collected", "identity", IMPLICIT, AGREES, None, "M1"),
]


@pytest.mark.parametrize(("name", "layer", "kind", "agreement", "finding", "rule"), TABLE)
def test_m10_m17_agreement_by_layer_and_kind(
    name: str, layer: str | None, kind: DenialKind, agreement: Agreement, finding: Finding | None, rule: str
) -> None:
    denial = Denial(raw="", recognised=True, layer=layer, kind=kind)
    comparison = compare(denial, DECISIONS[name])
    assert (comparison.agreement, comparison.finding) == (agreement, finding), rule


@pytest.mark.parametrize("finding", list(Finding))
def test_codes_are_words_and_sentences_name_no_python_type(finding: Finding) -> None:
    assert finding.code.replace("-", "").islower()
    assert "None" not in finding.sentence


def test_every_disagreement_has_a_filled_in_sentence() -> None:
    for name, layer, kind, _, finding, _ in TABLE:
        comparison = compare(Denial(raw="", recognised=True, layer=layer, kind=kind), DECISIONS[name])
        assert bool(comparison.sentence) is (finding is not None)
        assert "{" not in comparison.sentence


def test_m10_the_layers_that_deny_beside_the_named_one_are_named() -> None:
    denial = Denial(raw="", recognised=True, layer="scp", kind=EXPLICIT)
    comparison = compare(denial, DECISIONS["scp explicit and identity"])
    assert comparison.sentence == "AWS names one policy type of several: the identity-based policy denies as well"
    decision = DECISIONS["scp explicit and identity"]
    assert of_those_in_the_way(denial, decision, {LayerName.SCP, LayerName.IDENTITY}) == comparison
    assert of_those_in_the_way(denial, decision, {LayerName.SCP}) == AGREED


def test_m11_the_policy_that_aws_names_must_be_among_those_that_deny() -> None:
    named = Denial(raw="", recognised=True, layer="scp", kind=EXPLICIT, policy_arn=SCP_ARN)
    other = Denial(raw="", recognised=True, layer="scp", kind=EXPLICIT, policy_arn=SCP_ARN.replace("1", "2"))
    assert compare(named, DECISIONS["scp explicit"]).agreement is AGREES
    comparison = compare(other, DECISIONS["scp explicit"])
    assert comparison.finding is Finding.OTHER_POLICY
    assert "`no-s3`" in comparison.sentence


def test_m13_a_cause_that_is_no_policy_is_not_compared() -> None:
    denial = Denial(raw="", recognised=True, iam=False, cause="the presigned URL has expired")
    comparison = compare(denial, DECISIONS["allowed"])
    assert (comparison.agreement, comparison.finding) == (UNKNOWN, Finding.NOT_A_POLICY)
    assert "presigned URL" in comparison.sentence


def test_without_a_message_or_without_policies_nothing_is_claimed() -> None:
    denial = Denial(raw="", recognised=True, layer="scp", kind=EXPLICIT)
    assert compare(None, DECISIONS["identity"]).finding is Finding.NO_MESSAGE
    assert compare(denial, None).finding is Finding.NO_DECISION


def test_e30_a_settled_denial_agrees_with_a_bare_message() -> None:
    decision = DECISIONS["identity"].narrowed(layer="special", checks=(), blocking=(), effect=Effect.IMPLICIT_DENY)
    assert compare(Denial(raw="", recognised=True), decision).agreement is AGREES


def test_decisions_of_the_table_are_what_their_names_say() -> None:
    effects = {name: decision.effect for name, decision in DECISIONS.items()}
    assert effects == {
        "allowed": Effect.ALLOWED,
        "identity": Effect.IMPLICIT_DENY,
        "cross-account": Effect.IMPLICIT_DENY,
        "scp explicit": Effect.EXPLICIT_DENY,
        "scp explicit and identity": Effect.EXPLICIT_DENY,
        "scp explicit, cross-account": Effect.EXPLICIT_DENY,
        "rcp depends on a key": Effect.DEPENDS,
        "scp implicit": Effect.IMPLICIT_DENY,
        "trust": Effect.IMPLICIT_DENY,
        "key policy": Effect.IMPLICIT_DENY,
        "depends on a key": Effect.DEPENDS,
        "scp not collected": Effect.IMPLICIT_DENY,
    }
