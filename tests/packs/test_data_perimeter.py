"""``pack:data-perimeter``: an organisation with the three perimeters, and for every sentence the hole that it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.account_folders import ACCOUNT
from tests.packs.pack_accounts import ORGANIZATION, Draft, actions, condition, draft, dropped, statement
from tests.packs.pack_runs import Break, PackRun, assert_complete

if TYPE_CHECKING:
    from pathlib import Path

BUCKET: Final = "arn:aws:s3:::data"
QUEUE: Final = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
KEY: Final = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SECRET: Final = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-a1b2c3"
SERVICES: Final = ["kms:*", "s3:*", "secretsmanager:*", "sqs:*"]
READ_WRITE: Final = ["s3:GetObject", "s3:PutObject"]


def guarded() -> Draft:
    """Guardrails as AWS's examples have them, and a role that may do everything to objects."""
    account = draft({BUCKET: [], QUEUE: [], KEY: [], SECRET: []})
    account.roles["app"].append(statement("Allow", "s3:*"))
    account.scps += [
        statement("Allow", "*"),
        statement(
            "Deny",
            READ_WRITE,
            Sid="OnlyOurResources",
            Condition={"StringNotEqualsIfExists": {"aws:ResourceOrgID": ORGANIZATION}},
        ),
    ]
    account.rcps += [
        statement(
            "Deny",
            SERVICES,
            Sid="OnlyOurIdentities",
            Principal="*",
            Condition={
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        ),
        statement(
            "Deny",
            SERVICES,
            Sid="OnlyServicesForUs",
            Principal="*",
            Condition={
                "StringNotEqualsIfExists": {"aws:SourceOrgID": ORGANIZATION},
                "Null": {"aws:SourceAccount": "false"},
                "Bool": {"aws:PrincipalIsAWSService": "true"},
            },
        ),
        statement(
            "Deny",
            READ_WRITE,
            Sid="OnlyOurNetworks",
            Principal="*",
            Condition={
                "NotIpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"},
                "BoolIfExists": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"},
            },
        ),
    ]
    return account


RUN: Final = PackRun(
    f"""
    given aws:SecureTransport = true and aws:RequestedRegion = eu-west-1 and aws:SourceVpce absent
    use "pack:data-perimeter" with resources = {BUCKET}, {QUEUE}, {KEY}, {SECRET}
      and foreign = arn:aws:s3:::not-ours/* and data = {BUCKET}/* and networks = 198.51.100.7
    """,
    guarded,
)

BREAKS: Final = (
    Break(("anonymous, outsider cannot",), actions("OnlyOurIdentities", "kms:*", "s3:*", "secretsmanager:*")),
    Break(("s3.amazonaws.com, sns.amazonaws.com cannot",), dropped("OnlyServicesForUs")),
    Break(("cannot s3:PutObject on arn:aws:s3:::not-ours",), actions("OnlyOurResources", "s3:GetObject"), "undecided"),
    Break(("cannot s3:GetObject on arn:aws:s3:::not-ours",), actions("OnlyOurResources", "s3:PutObject"), "undecided"),
    Break(("can s3:GetObject on arn:aws:s3:::data",), actions("OnlyOurNetworks", "s3:PutObject")),
    Break(("can s3:PutObject on arn:aws:s3:::data",), actions("OnlyOurNetworks", "s3:GetObject")),
)


def test_an_organisation_with_a_perimeter_keeps_to_it(tmp_path: Path) -> None:
    RUN.assert_kept(tmp_path)


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_each_sentence_is_broken_by_a_change_of_its_own(broken: Break, tmp_path: Path) -> None:
    RUN.assert_breaks(broken, tmp_path)


def test_no_sentence_is_left_out(tmp_path: Path) -> None:
    assert_complete(BREAKS, RUN, tmp_path)


def test_a_network_that_counts_as_ours_is_a_hole(tmp_path: Path) -> None:
    wide = {"NotIpAddressIfExists": {"aws:SourceIp": "198.51.100.0/24"}}
    account = guarded()
    condition("OnlyOurNetworks", wide)(account)
    told = RUN.standings(account, tmp_path)
    assert [standing for text, standing in told.items() if "aws:SourceIp" in text] == ["unmet", "unmet"]


@pytest.mark.parametrize(
    ("bound", "sentences"),
    [
        (f"resources = {BUCKET}, {QUEUE}, {KEY}, {SECRET}", 2),
        ("resources = arn:aws:s3:::*", 2),
        ("foreign = arn:aws:s3:::x/*", 2),
        (f"data = {BUCKET}/* and networks = 192.0.2.1", 2),
    ],
)
def test_each_perimeter_is_asked_about_by_itself(bound: str, sentences: int, tmp_path: Path) -> None:
    one = PackRun(f'use "pack:data-perimeter" with {bound}', guarded)
    assert len(one.standings(guarded(), tmp_path)) == sentences


def test_who_is_exempt_is_left_aside(tmp_path: Path) -> None:
    account = guarded()
    actions("OnlyOurNetworks", "s3:PutObject")(account)
    text = RUN.text.rstrip() + " and exempt = role/app, role/Admin, root"
    assert set(RUN._replace(text=text).standings(account, tmp_path).values()) == {"met"}
