"""Grammar and validation of policy documents (G1 to G26)."""

from __future__ import annotations

from typing import Final

from policysim.rules.rule import Confidence, Rule, Status

GRAMMAR: Final = (
    Rule(
        "G1",
        "A policy holds Version, Id and Statement, and nothing else.",
        "Other members are refused (`unknown-element`); one statement may stand without a list.",
        ("gram",),
    ),
    Rule(
        "G2",
        "Version is 2012-10-17 or 2008-10-17, the older one when it is missing. SCPs and RCPs need the newer one.",
        "Other texts are refused (`wrong-version`).",
        ("ver", "scpsyn", "rcpsyn"),
    ),
    Rule(
        "G3",
        "A statement has a closed list of elements. Exactly one of Action and NotAction, and where the type has "
        "them, of Resource and Principal and their negations.",
        "Refused when missing, doubled or unknown.",
        ("gram",),
    ),
    Rule(
        "G4",
        "Effect is `Allow` or `Deny`, in this case.",
        "Other spellings are refused (`wrong-effect`) with the right one as a hint.",
        ("eff",),
    ),
    Rule(
        "G5",
        "A member must not stand twice in one object. Condition keys that differ only in case are doubled too.",
        "Refused (`duplicate-key`, `case-varied-keys`); a plain JSON reader would keep the last one silently.",
        ("gram",),
    ),
    Rule(
        "G6",
        "A list of one is the value itself, wherever a list may stand.",
        "Read alike.",
        ("gram",),
    ),
    Rule(
        "G7",
        "A Sid is unique and, for IAM, made of letters and digits.",
        "Noted (`duplicate-sid`, `sid-characters`): it has no say in a decision.",
        ("sid", "gram"),
    ),
    Rule(
        "G8",
        "Identity-based policies have no Id.",
        "Noted (`id-not-allowed`).",
        ("gram",),
    ),
    Rule(
        "G9",
        "Who needs a principal, and who must not have one, hangs on the type.",
        "A table of types; refused when missing or misplaced.",
        ("gram",),
    ),
    Rule(
        "G10",
        "IAM documents hold Latin-1 characters only.",
        "`policysim check` refuses other characters where IAM would (`characters`).",
        ("quota",),
    ),
    Rule(
        "G11",
        "Sizes of identity policies are limited, white space aside.",
        "No decision changes; `policysim check` compares the size with the quotas.",
        ("quota",),
        status=Status.FINDING,
    ),
    Rule(
        "G12",
        "A trust policy holds 2,048 characters unless the quota was raised.",
        "No decision changes; `policysim check` warns beyond the default quota and refuses beyond the largest.",
        ("quota",),
        status=Status.FINDING,
    ),
    Rule(
        "G13",
        "An inline session policy holds 2,048 characters. Ten managed policies may come with it, and AWS also "
        "limits the packed size.",
        "No decision changes; `policysim check` measures the inline document. The packed size cannot be seen "
        "from a document.",
        ("quota", "assumerole"),
        status=Status.FINDING,
    ),
    Rule(
        "G14",
        "SCPs and RCPs are limited in size and number. White space counts.",
        "No decision changes; `policysim check` measures the document by the newest quotas.",
        ("orglim",),
        status=Status.FINDING,
        doubt="Older pages give smaller numbers.",
    ),
    Rule(
        "G15",
        "Resource policies are limited in size, service by service.",
        "No decision changes; `policysim check` knows the quotas of S3, KMS, Lambda, Secrets Manager and "
        "endpoint policies.",
        ("kms-limits", "s3-ap-limits", "vpce"),
        status=Status.FINDING,
    ),
    Rule(
        "G16",
        "The number of attached policies and of versions is limited. The default version is the one in force.",
        "The default version is read from authorization details. The numbers are a dated table.",
        ("quota",),
    ),
    Rule(
        "G17",
        "Since 2025-09 SCPs may use the whole language but principals. Conditions, NotAction, NotResource and "
        "specific resources also stand with Allow.",
        "Read and evaluated; only a principal is refused.",
        ("scpblog", "scpsyn"),
    ),
    Rule(
        "G18",
        "An SCP's Allow may name resources. A sentence of the older text still asks for `*`.",
        "Accepted and evaluated; `policysim check` has a suggestion for tools that follow the older sentence.",
        ("scpsyn",),
        status=Status.FINDING,
        doubt="The page contradicts itself.",
    ),
    Rule(
        "G19",
        "An RCP of one's own denies, for the principal `*`. No NotPrincipal, no NotAction, no bare `*` as action.",
        "`policysim check` refuses everything else (`rcp-form`), and warns of services that no RCP reaches.",
        ("rcpsyn",),
    ),
    Rule(
        "G20",
        "Each node keeps at least one SCP.",
        "The numbers are a dated table; one document does not show what else is attached.",
        ("orglim",),
        status=Status.FINDING,
    ),
    Rule(
        "G21",
        "A trust policy speaks of assuming the role, and of nothing else. No Resource, no NotPrincipal.",
        "Resource and NotPrincipal are refused by the reader; `policysim check` finds actions that assume no role.",
        ("trust",),
    ),
    Rule(
        "G22",
        "An action is `prefix:name` or `*`, and an ARN has six fields.",
        "Refused or noted (`malformed-action`, `not-an-arn`, `short-arn`).",
        ("gram", "aachecks"),
    ),
    Rule(
        "G23",
        "A condition is operator, key, values. The same operator twice is a doubled member (G5).",
        "Operators, keys and values are read in this nesting, each place known for findings.",
        ("gram",),
    ),
    Rule(
        "G24",
        "Endpoint policies have limits of their own.",
        "No decision changes; `policysim check` finds what endpoints do not take (`endpoint-limit`).",
        ("vpce",),
        status=Status.FINDING,
    ),
    Rule(
        "G25",
        "AWS managed policies cannot be changed.",
        "Such calls are refused beforehand, whatever the policies say.",
        ("iam-managed",),
        caveats=("no-policy-decides",),
    ),
    Rule(
        "G26",
        "A policy without statements says nothing. IAM refuses to save it.",
        "Noted (`empty-statements`), evaluated as no statements.",
        ("gram",),
        confidence=Confidence.OBSERVED,
    ),
)
