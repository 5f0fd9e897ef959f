"""``pack:no-public-access``: an account with nothing public, and for every sentence one resource that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.account_folders import ACCOUNT
from tests.packs.pack_accounts import GITHUB, Draft, draft, resource_gets, statement, trusted
from tests.packs.pack_runs import Break, PackRun, assert_complete

if TYPE_CHECKING:
    from pathlib import Path

HERE: Final = f"eu-west-1:{ACCOUNT}"
PUBLIC: Final = {
    "s3:*": ("arn:aws:s3:::data", "s3:ListBucket"),
    "s3express:*": (f"arn:aws:s3express:{HERE}:bucket/data--euw1-az1--x-s3", "s3express:CreateSession"),
    "s3tables:*": (f"arn:aws:s3tables:{HERE}:bucket/tables", "s3tables:GetTableBucket"),
    "glacier:*": (f"arn:aws:glacier:{HERE}:vaults/old", "glacier:DescribeVault"),
    "dynamodb:*": (f"arn:aws:dynamodb:{HERE}:table/orders", "dynamodb:GetItem"),
    "elasticfilesystem:*": (
        f"arn:aws:elasticfilesystem:{HERE}:file-system/fs-01234567",
        "elasticfilesystem:ClientMount",
    ),
    "es:*": (f"arn:aws:es:{HERE}:domain/search", "es:ESHttpGet"),
    "glue:*": (f"arn:aws:glue:{HERE}:catalog", "glue:GetDatabases"),
    "kinesis:*": (f"arn:aws:kinesis:{HERE}:stream/clicks", "kinesis:GetRecords"),
    "kms:*": (f"arn:aws:kms:{HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab", "kms:Decrypt"),
    "secretsmanager:*": (f"arn:aws:secretsmanager:{HERE}:secret:db-a1b2c3", "secretsmanager:GetSecretValue"),
    "acm-pca:*": (
        f"arn:aws:acm-pca:{HERE}:certificate-authority/1a2b3c4d-0000-1111-2222-333344445555",
        "acm-pca:GetCertificate",
    ),
    "sqs:*": (f"arn:aws:sqs:{HERE}:orders", "sqs:SendMessage"),
    "sns:*": (f"arn:aws:sns:{HERE}:orders", "sns:Subscribe"),
    "events:*": (f"arn:aws:events:{HERE}:event-bus/orders", "events:PutEvents"),
    "schemas:*": (f"arn:aws:schemas:{HERE}:registry/orders", "schemas:DescribeRegistry"),
    "ses:*": (f"arn:aws:ses:{HERE}:identity/example.com", "ses:SendEmail"),
    "lambda:*": (f"arn:aws:lambda:{HERE}:function:app", "lambda:InvokeFunction"),
    "ecr:*": (f"arn:aws:ecr:{HERE}:repository/app", "ecr:BatchGetImage"),
    "codeartifact:*": (f"arn:aws:codeartifact:{HERE}:domain/ours", "codeartifact:GetAuthorizationToken"),
    "codebuild:*": (f"arn:aws:codebuild:{HERE}:project/app", "codebuild:BatchGetProjects"),
    "serverlessrepo:*": (
        f"arn:aws:serverlessrepo:{HERE}:applications/app",
        "serverlessrepo:CreateCloudFormationTemplate",
    ),
    "signer:*": (f"arn:aws:signer:{HERE}:/signing-profiles/ours", "signer:GetSigningProfile"),
    "backup:*": (f"arn:aws:backup:{HERE}:backup-vault:ours", "backup:CopyIntoBackupVault"),
    "logs:*": (f"arn:aws:logs:{HERE}:log-group:app", "logs:DescribeLogStreams"),
    "cloudtrail:*": (
        f"arn:aws:cloudtrail:{HERE}:channel/1a2b3c4d-0000-1111-2222-333344445555",
        "cloudtrail:GetChannel",
    ),
}


def closed() -> Draft:
    return draft({arn: [] for arn, _ in PUBLIC.values()})


RUN: Final = PackRun(
    'use "pack:no-public-access" with github = oidc-provider/token.actions.githubusercontent.com', closed
)


def opened(service: str) -> Break:
    arn, action = PUBLIC[service]
    return Break((f" {service}",), resource_gets(arn, statement("Allow", action, [arn, f"{arn}:*"], Principal="*")))


def role_trusts(words: str, said: dict[str, object]) -> Break:
    return Break((words,), lambda account: account.trust["app"].append(said))


BREAKS: Final = (
    *map(opened, PUBLIC),
    role_trusts("outsider cannot sts:AssumeRole", trusted({"AWS": "*"})),
    role_trusts(
        "cannot sts:AssumeRoleWithWebIdentity", trusted({"Federated": GITHUB}, "sts:AssumeRoleWithWebIdentity")
    ),
)


def test_an_account_with_nothing_public_keeps_to_it(tmp_path: Path) -> None:
    RUN.assert_kept(tmp_path)


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_each_sentence_is_broken_by_a_change_of_its_own(broken: Break, tmp_path: Path) -> None:
    RUN.assert_breaks(broken, tmp_path)


def test_no_sentence_and_no_service_is_left_out(tmp_path: Path) -> None:
    assert_complete(BREAKS, RUN, tmp_path)
    asked = {
        word.strip(",")
        for text in RUN.standings(closed(), tmp_path / "again")
        for word in text.split()
        if word.strip(",").endswith(":*")
    }
    assert asked == set(PUBLIC)


def test_block_public_access_keeps_a_public_bucket_closed(tmp_path: Path) -> None:
    account = closed()
    opened("s3:*").change(account)
    account.public_access = {"RestrictPublicBuckets": True, "BlockPublicPolicy": False}
    assert set(RUN.standings(account, tmp_path).values()) == {"met"}


def test_a_policy_for_another_account_is_not_public(tmp_path: Path) -> None:
    arn, action = PUBLIC["sqs:*"]
    account = closed()
    resource_gets(arn, statement("Allow", action, arn, Principal={"AWS": "arn:aws:iam::999988887777:root"}))(account)
    assert set(RUN.standings(account, tmp_path).values()) == {"met"}
