"""What the reader must know about an outcome that rests on a doubtful rule: a closed table of codes and sentences.

Sources and disagreements: spec section Z.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class CaveatText(NamedTuple):
    """The sentence, the rules behind it, and the switch whose other position would change the outcome."""

    sentence: str
    rules: tuple[str, ...]
    switch: str = ""


CAVEAT_TEXTS: Final[dict[str, CaveatText]] = {
    "wrong-operator": CaveatText(
        "the operator does not fit the type of the condition key; AWS documents that such a condition never matches",
        ("C10",),
        "operator_fits_type",
    ),
    "mistyped-negation": CaveatText(
        "a negated operator met a value that it cannot compare; it is taken not to match, which AWS does not document",
        ("C10", "C17", "C31"),
        "mistyped_negation_matches",
    ),
    "several-values": CaveatText(
        "an operator without set prefix met a key with several values; it is taken not to match, which AWS does not "
        "document",
        ("C40",),
        "several_values_match_any",
    ),
    "if-exists-in-set": CaveatText(
        "`ForAnyValue` with `IfExists` is taken to match a missing key; other evaluators read it otherwise",
        ("C38",),
        "if_exists_in_any_value",
    ),
    "empty-string": CaveatText(
        "a single empty string is taken as a value; older AWS documentation calls it the same as no value",
        ("C8",),
        "empty_string_is_null",
    ),
    "empty-negation": CaveatText(
        "a negated operator without values is taken to match; AWS does not document it",
        ("C11",),
        "empty_negation_matches",
    ),
    "four-digit-date": CaveatText(
        "four digits under a Date operator are taken as a year; AWS may take them as seconds since 1970",
        ("C19",),
        "four_digits_are_a_year",
    ),
    "wildcard-in-variable": CaveatText(
        "a `*` or `?` in the value of a policy variable is taken literally; AWS does not document whether it is a "
        "wildcard",
        ("V8",),
        "values_are_literal",
    ),
    "bool-variable": CaveatText(
        "a policy variable under `Bool` is replaced; the AWS pages disagree on whether it is",
        ("C22", "V2"),
        "bool_has_variables",
    ),
    "arn-star": CaveatText(
        "under an Arn operator a `*` at the end of a part is taken to stop at the colon; newer AWS documentation can "
        "be read otherwise",
        ("C30", "R7"),
        "star_ends_with_its_part",
    ),
    "operator-case": CaveatText(
        "the operator is not spelled as AWS documents it; it is read in any case, which AWS does not document",
        ("C4",),
    ),
    "set-prefix-case": CaveatText(
        "`ForAllValues` and `ForAnyValue` are read in their documented spelling alone, so the condition never matches; "
        "AWS does not say so",
        ("C41",),
    ),
    "for-all-not-like": CaveatText(
        "`ForAllValues:StringNotLike` is read as AWS defines it; a table on the page of the operators shows the "
        "opposite",
        ("C37",),
    ),
    "variable-in-value": CaveatText(
        "the value of a policy variable holds `${`; it is not replaced again, which AWS does not document",
        ("V9",),
    ),
    "variable-in-list": CaveatText(
        "a policy variable in a list has no value in this request; the other entries still count, but AWS says that "
        "such a variable may make the whole statement invalid",
        ("V16",),
    ),
    "variable-in-rcp": CaveatText(
        "policy variables are replaced in resource control policies, which AWS does not document",
        ("V11",),
    ),
    "variable-misplaced": CaveatText(
        "a policy variable stands before the last part of the ARN, where AWS does not replace it; it is taken "
        "literally",
        ("V2", "V14"),
    ),
    "white-space": CaveatText(
        "an action is written with white space around it, so it matches nothing; AWS does not document whether the "
        "white space counts",
        ("A10",),
    ),
    "empty-not-list": CaveatText(
        "`NotAction` or `NotResource` lists nothing; the statement is taken to have no effect, which AWS does not "
        "document",
        ("R23", "C11"),
    ),
    "star-for-no-resource": CaveatText(
        "`arn:aws:s3:::*` is taken to cover an action that works on no resource, as AWS's own examples have it; "
        "another page says that only `*` does",
        ("R3",),
    ),
    "user-name-case": CaveatText(
        "the user's name differs from the one in the ARN pattern in its case alone; it is taken as another user, and "
        "older AWS documentation says otherwise",
        ("R5",),
    ),
    "service-wildcard": CaveatText(
        "a wildcard stands in the service of an ARN pattern; it is taken to match, and AWS says that it may not be "
        "used",
        ("R9",),
    ),
    "aws-star": CaveatText(
        '`{"AWS": "*"}` is taken not to cover a web identity or SAML caller, which AWS does not document',
        ("P5",),
    ),
    "service-name-case": CaveatText(
        "the name of the service differs from the one in the policy in its case alone; it is taken to be the same, "
        "which AWS does not document",
        ("P16",),
    ),
    "segment-star": CaveatText(
        "a `*` at the end of a part of the ARN pattern is taken to stop at the colon; newer AWS documentation can be "
        "read otherwise, and then the pattern covers the resource",
        ("R7",),
    ),
    "short-arn": CaveatText(
        "the ARN pattern lacks fields; it is read as if `*` stood for each, which AWS does not document",
        ("R8",),
    ),
    "variable-unresolved": CaveatText(
        "a policy variable has no value in this request, so its pattern covers nothing; AWS says that it may also make "
        "the whole statement invalid",
        ("V4",),
    ),
    "tag-case": CaveatText(
        "the request has keys that differ only in case; one of the values is compared, and AWS does not say which",
        ("C3",),
    ),
    "principal-open": CaveatText(
        "whether the principal element of a statement covers the caller is not known: that hangs on a unique id, a "
        "role path, a canonical user id, the kind of VPC endpoint, or on how the service reads `NotPrincipal`",
        ("E35", "P9", "P15", "P17", "P20"),
    ),
    "service-linked-open": CaveatText(
        "whether the role is service-linked, and so outside of SCPs and RCPs, is not known",
        ("E20", "E25", "E38"),
    ),
    "management-account-open": CaveatText(
        "whether the account is the management account of its organisation is not known; its organisation policies do "
        "not apply if it is",
        ("E20", "E25"),
    ),
    "exempt-task-open": CaveatText(
        "whether the root user's request is one of the tasks that SCPs never restrict is not known: AWS names the "
        "tasks, not their actions",
        ("E20",),
    ),
    "rcp-on-service": CaveatText(
        "a resource control policy denies an AWS service principal; AWS's Organizations guide exempts service-linked "
        "roles alone, while another AWS page says that RCPs do not target service principals",
        ("E24",),
        "rcps_bind_services",
    ),
    "rcp-without-resource": CaveatText(
        "a resource control policy would deny the action, which takes no resource; RCPs are taken not to be evaluated "
        "for it, which AWS does not say of such actions by name",
        ("E28",),
        "rcps_need_a_resource",
    ),
    "task-session-limit": CaveatText(
        "an RCP or VPC endpoint policy denies a session of AssumeRoot; AWS documents that for root users, but not for "
        "these sessions by name",
        ("E32",),
    ),
    "federated-mfa": CaveatText(
        "a federated session has no MFA key, as AWS documents since 2026; the same page also says that every temporary "
        "credential has one",
        ("C51",),
    ),
    "forwarded-source-ip": CaveatText(
        "a service forwards this call, and aws:SourceIp is taken to be the caller's; older AWS documentation says that "
        "it is the service's",
        ("C56",),
    ),
    "mcp-direct": CaveatText(
        "AWS documents both that a direct call has `false` in aws:ViaAWSMCPService and that it lacks the key",
        ("C68",),
    ),
    "rcp-service-open": CaveatText(
        "whether resource control policies apply to this service is not known",
        ("E26",),
    ),
    "public-access-restricted": CaveatText(
        "the deny stands in no statement: S3 Block Public Access (`RestrictPublicBuckets`) refuses callers from "
        "outside the bucket's account, because the bucket policy is public",
        ("S15", "S16"),
    ),
    "public-access-open": CaveatText(
        "whether S3 Block Public Access restricts the bucket, or the caller is from outside its account, is not known; "
        "the bucket policy is public or may be",
        ("S15", "S16"),
    ),
    "key-unknown-to-catalogue": CaveatText(
        "a condition is on a key that the catalogue of AWS condition keys does not list: check its spelling; it is "
        "compared as its operator says, whatever its type",
        ("A9", "C66"),
    ),
    "key-grant": CaveatText(
        "a grant of the key allows this without an identity-based Allow of its grantee, as the guide of AWS KMS says",
        ("S23",),
        "grants_need_identity",
    ),
    "private-source-ip": CaveatText(
        "aws:SourceIp is a private address here, but AWS sees the public address of a caller at a public endpoint, and "
        "no aws:SourceIp at all through a VPC endpoint",
        ("C27", "C28"),
    ),
}

KEY_UNKNOWN: Final = "key-unknown-to-catalogue"
"""The code of conditions on keys that the catalogue does not list; ``unlisted`` names the keys."""

CAVEATS: Final[dict[str, str]] = {code: text.sentence for code, text in CAVEAT_TEXTS.items()}
"""The sentence of every code that an ``Outcome`` or the verdict of a layer may carry."""

OF_OPEN_DECISIONS: Final = frozenset(
    {
        "principal-open",
        "service-linked-open",
        "management-account-open",
        "exempt-task-open",
        "rcp-service-open",
        "public-access-open",
    }
)
"""The codes that say what an open decision hangs on, and nothing about a certain one."""
