"""What AWS says when it denies (M1 to M18)."""

from __future__ import annotations

from typing import Final

from policysim.rules.rule import Confidence, Rule

MESSAGES: Final = (
    Rule(
        "M1",
        "No identity-based policy allows: an implicit deny of the identity layer.",
        "Read from `because no identity-based policy allows the ... action`.",
        ("denied",),
    ),
    Rule(
        "M2",
        "An explicit deny in an identity-based policy.",
        "Read as an explicit deny of the identity layer.",
        ("denied",),
    ),
    Rule(
        "M3",
        "The resource-based policy does not allow, or denies explicitly.",
        "Both forms are read as the resource layer.",
        ("denied",),
    ),
    Rule(
        "M4",
        "The permissions boundary does not allow, or denies explicitly.",
        "Both forms are read as the boundary layer.",
        ("denied",),
    ),
    Rule(
        "M5",
        "The session policy does not allow, or denies explicitly. The IAM guide's sample prints `sessions policy`.",
        "Both spellings are read as the session layer.",
        ("denied",),
    ),
    Rule(
        "M6",
        "An SCP denies explicitly; the same words may stand for an implicit deny. The action printed behind the "
        "layer may be misspelt, the resource missing, and the user a role's ARN.",
        "Read as the SCP layer; an implicit deny of SCPs in our decision agrees with the explicit words.",
        ("denied", "s3-403"),
    ),
    Rule(
        "M7",
        "An RCP denies explicitly; the documentation has no other form.",
        "Read as an explicit deny of the RCP layer; an implicit form is understood too.",
        ("s3-403",),
    ),
    Rule(
        "M8",
        'The endpoint policy does not allow, or denies explicitly. It may deny "transitively through a service '
        'control policy": then the SCP is the one to look at.',
        "Read as the endpoint layer; the transitive form as the SCP layer.",
        ("denied",),
    ),
    Rule(
        "M9",
        "The role trust policy does not allow, or denies explicitly. Often AWS prints the bare refusal without a "
        "reason, across accounts above all.",
        "Read as the resource layer of the role; without a reason the layer stays open.",
        ("denied",),
    ),
    Rule(
        "M10",
        "A message names one type of policy, even if several deny.",
        "AWS and we agree when the named layer is among those that deny; the next step is told to expect another "
        "layer.",
        ("denied",),
        caveats=("several-layers",),
    ),
    Rule(
        "M11",
        "The ARN of the policy may follow, and a link to the full details. The ARN comes in one account or "
        "organization only; the details carry an authorization id.",
        "Both are optional, over line ends and a cut at 1 KB; the ARN must be the policy that we found, and the "
        "id is passed on.",
        ("arnblog",),
    ),
    Rule(
        "M12",
        "S3 explains itself to callers of the same account or organization. Others get `Access Denied` alone, "
        "and so do calls on directory buckets.",
        "A bare refusal is recognised and says nothing about the layer.",
        ("s3-403",),
    ),
    Rule(
        "M13",
        "Some refusals of S3 name a setting, not a policy. Block Public Access and blocked SSE-C uploads are "
        "such; other settings look like M3.",
        "Reported as a cause that is no policy.",
        ("s3-403",),
    ),
    Rule(
        "M14",
        "KMS has words of its own for the side of the key. They also cover a key that does not exist in the "
        "Region; the side of the identity is worded as usual.",
        "The key's side is read as the resource layer without a kind.",
        ("kms-denied",),
    ),
    Rule(
        "M15",
        "EC2 wraps the reason in an encoded text. `sts:DecodeAuthorizationMessage` opens it.",
        "The text is kept, and the next step says how to decode it.",
        ("decode",),
    ),
    Rule(
        "M16",
        "Services use several error codes for a refusal by policy.",
        "A table of codes; codes of other causes are told apart.",
        ("ct-codes",),
        confidence=Confidence.OBSERVED,
    ),
    Rule(
        "M17",
        "The words for a missing identity Allow cover the resource policy too. Within one account AWS prints "
        "them when neither side allows, so the fix may be on either.",
        "Both layers agree with the message within one account, and fixes of both sides are offered. What AWS "
        "prints is observed.",
        ("denied",),
        confidence=Confidence.OBSERVED,
    ),
    Rule(
        "M18",
        "Which of several layers a message names is not documented.",
        "All layers that deny are listed, in the order of E3; AWS's is taken as one of them.",
        ("denied",),
        confidence=Confidence.INFERRED,
        doubt="AWS documents the order of its checks, and not the choice for the message.",
        caveats=("several-layers",),
    ),
)
