"""Resources: how patterns of ARNs match (R1 to R23)."""

from __future__ import annotations

from typing import Final

from policysim.rules.rule import Confidence, Rule

RESOURCES: Final = (
    Rule(
        "R1",
        "`*` covers every request, with or without a resource.",
        "The lone `*` matches first of all.",
        ("res",),
    ),
    Rule(
        "R2",
        "An action without resource types is a request for `*`. A statement that names a resource does not apply "
        "to it, neither Allow nor Deny.",
        "The catalogue tells which actions these are; the reason says that the statement needs `*`, and a caveat where "
        "a request that names a resource all the same would come out otherwise for that resource.",
        ("sar", "res"),
        caveats=("decided-for-star",),
    ),
    Rule(
        "R3",
        "`s3:ListAllMyBuckets` may also be granted on `arn:aws:s3:::*`.",
        "For this one action the ARN pattern counts like `*`, with a caveat.",
        ("notact", "ops"),
        confidence=Confidence.OBSERVED,
        doubt="The NotAction page asks for `*`; samples on other pages use the ARN.",
        caveats=("star-for-no-resource",),
    ),
    Rule(
        "R4",
        "An ARN has six parts, cut at the first five colons. The last may hold more colons and slashes.",
        "Patterns and resources are cut in the same way.",
        ("arns",),
    ),
    Rule(
        "R5",
        "Resources are compared with upper and lower case told apart.",
        "The whole ARN is compared as written. Where only the case of a user's name keeps it from matching, the "
        "answer carries a caveat.",
        ("res",),
        doubt="A copy of the page of 2023 called the names of IAM users case-insensitive.",
        caveats=("user-name-case",),
    ),
    Rule(
        "R6",
        "Wildcards work inside each part. A slash is an ordinary character to them.",
        "`*` spans slashes: `b/*/test/*` covers `b/1/2/test/3/o`.",
        ("res",),
    ),
    Rule(
        "R7",
        "A `*` at the end of a part may run past the colon. The S3 guide says that it may not; in the last part "
        "it always may.",
        "The first five parts are matched one by one. Where the `*` past a colon would make a pattern match, the "
        "statement does not match and the answer carries a caveat.",
        ("res", "s3-policy-lang"),
        doubt="Newer and older pages disagree.",
        switches=("star_ends_with_its_part",),
        caveats=("segment-star", "arn-star"),
    ),
    Rule(
        "R8",
        "An ARN pattern with fewer than six parts is filled up with `*`.",
        "Filled up; where the pattern does not end in `*` itself, the match carries a caveat. The reader notes "
        "`short-arn`.",
        ("res", "aachecks"),
        confidence=Confidence.INFERRED,
        doubt="Not documented.",
        caveats=("short-arn",),
    ),
    Rule(
        "R9",
        "A wildcard in the service part of an ARN should not stand there. Where it does, it works as a wildcard "
        "and may grant other services.",
        "Evaluated as a wildcard, with a caveat where the match rests on it.",
        ("res", "aachecks"),
        doubt="The page says that it may not be used, and not what it does in a stored policy.",
        caveats=("service-wildcard",),
    ),
    Rule(
        "R10",
        "An empty Region or account matches only an empty one or `*`.",
        "Parts are compared one by one, so a bucket ARN with a Region never matches one without.",
        ("arns",),
        confidence=Confidence.OBSERVED,
    ),
    Rule(
        "R11",
        "A bucket and its objects are different resources. `b` covers the bucket, `b/*` the objects, `b*` both "
        "and other buckets too.",
        "Plain pattern matching; a near miss says which of the two is meant.",
        ("res",),
    ),
    Rule(
        "R12",
        "NotResource covers every resource that no pattern of the list matches. Requests for `*` and other "
        "services' resources are among them.",
        "Matched as the negation of the list.",
        ("notres",),
    ),
    Rule(
        "R13",
        "A call on several resources needs an Allow on each.",
        "One request for each resource; the first denial decides the call.",
        ("ops", "ec2-iam"),
    ),
    Rule(
        "R14",
        "Each of these evaluations has the keys of its own resource. A condition on a key of another resource "
        "fails there unless it says IfExists.",
        "Requests of one call carry their own context.",
        ("ops",),
    ),
    Rule(
        "R15",
        "An optional resource counts only when the call names it.",
        "Requests are made for the resources that are named.",
        ("sar",),
    ),
    Rule(
        "R16",
        "A statement for a type that the action does not take never applies.",
        "Follows from matching the request's own ARN; `policysim check` tells of such statements, and a caveat of a "
        "request for a resource that the action does not work on.",
        ("sar",),
        caveats=("resource-of-another-type",),
    ),
    Rule(
        "R17",
        "The Resource of a resource policy is matched like any other. In a key policy `*` means this key.",
        "Matched against the resource's ARN; a resource policy without Resource is read as the resource itself.",
        ("kms-policies",),
    ),
    Rule(
        "R18",
        "A trust policy has no Resource.",
        "The reader refuses it as `resource-not-allowed`.",
        ("trust",),
    ),
    Rule(
        "R19",
        "A Lambda version or alias is part of the ARN. `function:F` does not cover `function:F:1`, and "
        "`function:F:*` not the plain function.",
        "Plain pattern matching of the last part.",
        ("lambda-perm",),
    ),
    Rule(
        "R20",
        "A `*` may stand for the partition.",
        "Matched like every other part.",
        ("res",),
        confidence=Confidence.OBSERVED,
    ),
    Rule(
        "R21",
        "Indexes, subscriptions and log streams extend their parent's ARN. A pattern for the table alone leaves "
        "its indexes out.",
        "Plain pattern matching of the last part. CloudWatch Logs matches a log group as the stream of it, with an "
        "empty name (`log-group:NAME:log-stream:`), its tags aside.",
        ("ddb-perm", "sar"),
    ),
    Rule(
        "R22",
        "The owner of a resource without an account in its ARN must be told.",
        "Never taken to be the caller's account: unless the input tells the owner, both ways are tried, and the "
        "answer carries a caveat. It does not matter for what AWS lends to every account (public documents and "
        "parameters, foundation models), nor for what the call makes or looks up in its own account.",
        ("xacct",),
        confidence=Confidence.INFERRED,
        doubt="How to find the owner is not a matter of AWS's rules.",
        caveats=("owner-unknown",),
    ),
    Rule(
        "R23",
        '`"NotResource": "*"` matches nothing. What an empty list under NotAction or NotResource does is '
        "described nowhere.",
        "An empty list never matches everything: the statement has no effect, with a caveat, and the reader "
        "notes `empty-element`.",
        ("notres", "notact"),
        confidence=Confidence.INFERRED,
        doubt="Empty lists are undocumented.",
        caveats=("empty-not-list",),
    ),
)
