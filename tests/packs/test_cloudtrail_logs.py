"""``pack:cloudtrail-logs``: an account that keeps to it, and for every sentence the change that breaks it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.account_folders import ACCOUNT
from tests.packs.pack_accounts import actions, application_gets, condition, draft, dropped, resource_gets, statement
from tests.packs.pack_runs import Break, PackRun, assert_complete

if TYPE_CHECKING:
    from pathlib import Path

TRAIL: Final = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/main"
BUCKET: Final = "arn:aws:s3:::logs"
LOGS: Final = f"arn:aws:s3:::logs/AWSLogs/{ACCOUNT}/*"
KEY: Final = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TOPIC: Final = f"arn:aws:sns:eu-west-1:{ACCOUNT}:deliveries"
CLOUDTRAIL: Final = {"Service": "cloudtrail.amazonaws.com"}
OURS: Final = {"StringEquals": {"aws:SourceArn": TRAIL}}
FULL_CONTROL: Final = {"s3:x-amz-acl": "bucket-owner-full-control"}
WITHOUT_MFA: Final = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
NO_MFA_TOLD: Final = {"Null": {"aws:MultiFactorAuthPresent": "true"}}
MFA_FALSE: Final = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
CONTEXT: Final = "kms:EncryptionContext:aws:cloudtrail:arn"

RESOURCES: Final = {
    BUCKET: [
        statement("Allow", "s3:GetBucketAcl", BUCKET, Sid="Acl", Principal=CLOUDTRAIL, Condition=OURS),
        statement(
            "Allow",
            "s3:PutObject",
            LOGS,
            Sid="Write",
            Principal=CLOUDTRAIL,
            Condition={"StringEquals": {**OURS["StringEquals"], **FULL_CONTROL}},
        ),
        statement(
            "Deny",
            ["s3:DeleteObject", "s3:DeleteObjectVersion"],
            f"{BUCKET}/*",
            Sid="KeepLogs",
            Principal="*",
            Condition=WITHOUT_MFA,
        ),
        statement(
            "Deny",
            ["s3:DeleteBucket", "s3:PutLifecycleConfiguration"],
            BUCKET,
            Sid="KeepBucket",
            Principal="*",
            Condition=WITHOUT_MFA,
        ),
    ],
    KEY: [
        statement("Allow", "kms:*", Sid="Administer", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        statement(
            "Allow",
            "kms:GenerateDataKey*",
            Sid="Encrypt",
            Principal=CLOUDTRAIL,
            Condition={"StringEquals": {"aws:SourceArn": TRAIL, CONTEXT: TRAIL}},
        ),
        statement("Allow", "kms:DescribeKey", Sid="Describe", Principal=CLOUDTRAIL, Condition=OURS),
    ],
    TOPIC: [statement("Allow", "sns:Publish", TOPIC, Sid="Publish", Principal=CLOUDTRAIL, Condition=OURS)],
}

RUN: Final = PackRun(
    f"""
    given aws:SecureTransport = true and aws:RequestedRegion = eu-west-1 and aws:SourceVpce absent
    use "pack:cloudtrail-logs" with trail = {TRAIL} and bucket = {BUCKET} and logs = {LOGS} and key = {KEY}
      and topic = {TOPIC} and administrators = role/Admin, root
    """,
    lambda: draft(RESOURCES),
)

SERVICE: Final = "cloudtrail.amazonaws.com"
BREAKS: Final = (
    Break((f"{SERVICE} can s3:GetBucketAcl",), dropped("Acl")),
    Break((f"{SERVICE} can s3:PutObject",), dropped("Write")),
    Break((f"{SERVICE} can kms:GenerateDataKey*",), dropped("Encrypt")),
    Break((f"{SERVICE} can kms:DescribeKey",), dropped("Describe")),
    Break((f"{SERVICE} can sns:Publish",), dropped("Publish")),
    Break((f"{SERVICE} cannot s3:GetBucketAcl",), condition("Acl", None)),
    Break((f"{SERVICE} cannot s3:PutObject", "trail/other"), condition("Write", {"StringEquals": FULL_CONTROL})),
    Break((f"{SERVICE} cannot kms:GenerateDataKey*",), condition("Encrypt", None)),
    Break((f"{SERVICE} cannot kms:DescribeKey",), condition("Describe", None)),
    Break((f"{SERVICE} cannot sns:Publish",), condition("Publish", None)),
    Break((f"{SERVICE} cannot s3:PutObject", "s3:x-amz-acl absent"), condition("Write", OURS)),
    Break(("nobody can s3:DeleteObject", "= false"), condition("KeepLogs", NO_MFA_TOLD)),
    Break(("nobody can s3:DeleteObject", "absent"), condition("KeepLogs", MFA_FALSE)),
    Break(("nobody can s3:DeleteBucket", "= false"), condition("KeepBucket", NO_MFA_TOLD)),
    Break(("nobody can s3:DeleteBucket", "absent"), condition("KeepBucket", MFA_FALSE)),
    Break(
        ("outsider cannot s3:GetObject",),
        resource_gets(BUCKET, statement("Allow", "s3:GetObject", LOGS, Principal="*")),
    ),
    Break(
        ("outsider cannot s3:ListBucket",),
        resource_gets(BUCKET, statement("Allow", "s3:ListBucket", BUCKET, Principal="*")),
    ),
    Break(
        ("outsider cannot kms:Decrypt",),
        resource_gets(KEY, statement("Allow", "kms:Decrypt", Principal="*")),
    ),
    Break(("can s3:PutBucketPolicy",), application_gets("s3:PutBucketVersioning", BUCKET)),
    Break(("can kms:PutKeyPolicy",), application_gets("kms:ScheduleKeyDeletion", KEY)),
    Break(("can cloudtrail:StopLogging",), application_gets("cloudtrail:StopLogging")),
)


def test_an_account_by_the_book_keeps_to_it(tmp_path: Path) -> None:
    RUN.assert_kept(tmp_path)


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_each_sentence_is_broken_by_a_change_of_its_own(broken: Break, tmp_path: Path) -> None:
    RUN.assert_breaks(broken, tmp_path)


def test_no_sentence_is_left_out(tmp_path: Path) -> None:
    assert_complete(BREAKS, RUN, tmp_path)


def test_the_managed_policy_for_full_access_is_enough_to_end_the_record(tmp_path: Path) -> None:
    """``AWSCloudTrail_FullAccess`` allows ``cloudtrail:*``."""
    RUN.assert_breaks(Break(("can cloudtrail:StopLogging",), application_gets("cloudtrail:*")), tmp_path)


def test_a_lifecycle_without_mfa_is_as_bad_as_a_deletion(tmp_path: Path) -> None:
    account = draft(RESOURCES)
    actions("KeepBucket", "s3:DeleteBucket")(account)
    met = RUN.standings(account, tmp_path)
    assert [text for text, standing in met.items() if standing != "met"] == [
        text for text in met if text.startswith("nobody can s3:DeleteBucket")
    ]


def test_without_key_topic_and_administrators_less_is_asked(tmp_path: Path) -> None:
    short = PackRun(
        f'use "pack:cloudtrail-logs" with trail = {TRAIL} and bucket = {BUCKET} and logs = {LOGS}',
        lambda: draft(RESOURCES),
    )
    texts = list(short.standings(draft(RESOURCES), tmp_path))
    assert not [text for text in texts if "kms:" in text or "sns:" in text]
    assert [text for text in texts if text.startswith("nobody can cloudtrail:StopLogging")]
