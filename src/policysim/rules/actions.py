"""Actions: how patterns of actions match, and which actions a call needs (A1 to A10)."""

from __future__ import annotations

from typing import Final

from policysim.rules.rule import Confidence, Rule

ACTIONS: Final = (
    Rule(
        "A1",
        "An action pattern is `service:Name`, in any case.",
        "Both parts are compared without regard to case.",
        ("act",),
    ),
    Rule(
        "A2",
        "`*` is any run of characters and `?` exactly one, in the name. `*` alone means every action.",
        "`*:*` is read as every action as well.",
        ("act", "gram"),
    ),
    Rule(
        "A3",
        "A wildcard in the service prefix does not work.",
        "Such a pattern covers nothing; the reader notes `prefix-wildcard`.",
        ("act",),
        confidence=Confidence.OBSERVED,
    ),
    Rule(
        "A4",
        "One matching pattern of the list is enough. Exactly one of Action and NotAction must stand in a statement.",
        "The pattern that matched is pointed at; both or neither are refused (`both-elements`, `missing-element`).",
        ("act", "gram"),
    ),
    Rule(
        "A5",
        "NotAction covers every action that no pattern of the list matches. Its Resource must fit all the same.",
        "Action and resource are matched apart, so an action without resources needs a resource pattern that "
        "covers `*`.",
        ("notact",),
    ),
    Rule(
        "A6",
        "Deny with NotAction denies everything else, in all services.",
        "No service is left out.",
        ("notact",),
    ),
    Rule(
        "A7",
        "The name of an API call is often not the name of the action. `ListObjectsV2` needs `s3:ListBucket`, "
        "`Invoke` needs `lambda:InvokeFunction`.",
        "The operation map names the actions of a call and the rule that found them: a reviewed exception, the "
        "same name, a renamed prefix or the HTTP verb. What no rule finds is said to be unmapped.",
        ("s3-required", "sar"),
    ),
    Rule(
        "A8",
        "One call may need several actions, and each must be allowed. Running instances may also pass a role and "
        "create tags.",
        "A call is a list of requests; the first denial decides. What only an option or something unseen asks "
        "for is a row of a curated table, and marked as conditional where the record does not show it.",
        ("sar", "fas"),
    ),
    Rule(
        "A9",
        "An action that nobody knows is no error: it matches patterns as text.",
        "Evaluated like any other, with a caveat that the catalogue does not list it.",
        ("sar",),
        confidence=Confidence.OBSERVED,
        caveats=("key-unknown-to-catalogue", "action-unknown"),
    ),
    Rule(
        "A10",
        "White space counts: `s3:GetObject ` with a space matches nothing.",
        "The pattern is compared as written; where it would match without the space, the answer carries a caveat.",
        ("gram",),
        confidence=Confidence.INFERRED,
        doubt="Not documented.",
        caveats=("white-space",),
    ),
)
