"""Requests across accounts (X1 to X14)."""

from __future__ import annotations

from typing import Final

from policysim.rules.rule import Rule

CROSS_ACCOUNT: Final = (
    Rule(
        "X1",
        "Across accounts both sides must allow. The caller's side is identity, boundary, session policy and "
        "SCPs; the resource's side is resource policy and RCPs.",
        "One path asks for both halves.",
        ("xacct",),
    ),
    Rule(
        "X2",
        "The resource policy never stands in for the caller's own Allow. Not even when it names the exact user "
        "or session.",
        "Across accounts every grant needs the identity Allow of an IAM caller.",
        ("xacct", "princ"),
    ),
    Rule(
        "X3",
        "Across accounts boundary and session policy always bind. Direct grants pass them by within one account only.",
        "The inner limits are part of the caller's half.",
        ("eval",),
    ),
    Rule(
        "X4",
        "On the resource's side any form of the caller will do. Account, role, session, user or `*` are all "
        "enough, conditions met.",
        "Every grant counts as the resource's half.",
        ("xacct",),
    ),
    Rule(
        "X5",
        "Without a resource policy there is no access from other accounts. Callers assume a role instead; "
        "`sts:AssumeRoot` alone has no trust policy and is for the management account and IAM's delegated "
        "administrator.",
        "Denied in the resource layer. AssumeRoot stays open from elsewhere than the management account, with a "
        "caveat, and never reaches the management account itself. Images and snapshots are used by a setting of "
        "their own: an identity Allow is enough, with a caveat; so is what AWS lends to every account.",
        ("xacct", "assumeroot"),
        caveats=("delegated-administrator", "no-policy-decides", "shared-by-setting"),
    ),
    Rule(
        "X6",
        "A role's session belongs to the role's account. Calls to that account are calls within one account, "
        "under its own SCPs.",
        "The account of a session is that of its role.",
        ("assume", "scp"),
    ),
    Rule(
        "X7",
        "A resource shared through RAM has its permission as resource policy.",
        "A share that was collected is read as the resource policy. Where a service's resources can be shared "
        "and none was collected, the resource layer has a gap, so the answer stays open.",
        ("xacct", "ram"),
    ),
    Rule(
        "X8",
        "The same account means the same account id. Organizations do not matter.",
        "The caller's account is compared with the owner's; where either is unknown, both ways are tried.",
        ("xacct",),
        caveats=("owner-unknown",),
    ),
    Rule(
        "X9",
        "SCPs of the resource's account do not bind a foreign caller. Nor do RCPs of the caller's account bind a "
        "foreign resource.",
        "Each layer is taken from the path to the one account it binds.",
        ("scp", "rcp"),
    ),
    Rule(
        "X10",
        "`aws:PrincipalOrgID` narrows `*` to the organization. Callers of other accounts of it still need their "
        "own Allow.",
        "An ordinary condition; the key follows from the organization folder.",
        ("keys",),
    ),
    Rule(
        "X11",
        "A root user of another account skips the identity side.",
        "The resource policy and the outer limits decide (E31).",
        ("s3-bucket-ops",),
    ),
    Rule(
        "X12",
        "An S3 ACL can be the resource side's Allow across accounts. Not when ACLs are disabled, and never for "
        "principals of the same account.",
        "A list that was collected counts as statements of the resource layer that can only allow; one that was "
        "not is a caveat on the denial.",
        ("types", "s3-acl"),
        caveats=("acl-unknown",),
    ),
    Rule(
        "X13",
        "Some operations never work across accounts. Among them are most of IAM, key administration, bucket "
        "policy calls and some calls of SQS, Secrets Manager and Lambda.",
        "A dated table per service (a few rows of SQS are inferred): no policy helps, the answer is an implicit "
        "deny of the resource layer. Where the guides are silent about an operation, the answer stays open.",
        ("kms-external", "sqs-xacct", "sm-xacct", "s3-api-policy", "lambda-perm"),
        caveats=("crossing-unknown",),
    ),
    Rule(
        "X14",
        "A Deny on either side is final.",
        "The layer, its account and the statement are named.",
        ("xacct",),
    ),
)
