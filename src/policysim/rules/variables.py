"""Policy variables (V1 to V16)."""

from __future__ import annotations

from typing import Final

from policysim.rules.rule import Confidence, Rule

VARIABLES: Final = (
    Rule(
        "V1",
        "Variables work only in documents of Version 2012-10-17. In older ones, or without Version, the text is "
        "literal.",
        "Decided by the document's own Version.",
        ("ver", "vars"),
    ),
    Rule(
        "V2",
        "Variables stand in the last part of a resource ARN and in text values. That is: in String and Arn "
        "operators (and Bool), never in Numeric, Date, Binary, IpAddress or Null, nor in other elements.",
        "Replaced there and nowhere else (V14).",
        ("vars", "ops"),
        doubt="Pages disagree on Bool (C22).",
        switches=("bool_has_variables",),
        caveats=("bool-variable", "variable-misplaced"),
    ),
    Rule(
        "V3",
        "A variable names a key with one value, in any case. A key that holds several never resolves.",
        "Keys that are multivalued by their nature, or have several values in the request, give no value.",
        ("vars", "multi"),
    ),
    Rule(
        "V4",
        "A resource pattern whose variable has no value covers nothing. Under NotResource with Deny that widens "
        "the Deny.",
        "The pattern covers nothing; where a value could have made it match, the answer carries a caveat.",
        ("vars",),
        doubt="The page also says that the whole statement may become invalid.",
        caveats=("variable-unresolved",),
    ),
    Rule(
        "V5",
        "In a condition a variable without a value equals nothing. So positive operators fail and negated ones match.",
        "So evaluated; the reason names the variable.",
        ("vars",),
    ),
    Rule(
        "V6",
        "A variable may have a default: `${key, 'text'}`. It is used when the key is missing.",
        "Used when the key is absent or empty, not when it is unknown or has several values.",
        ("vars",),
    ),
    Rule(
        "V7",
        "`${*}`, `${?}` and `${$}` are the plain characters.",
        "Never wildcards.",
        ("vars",),
    ),
    Rule(
        "V8",
        "Wildcards in the value of a variable are plain characters.",
        "Matched literally, with a caveat where a wildcard would match.",
        ("vars",),
        confidence=Confidence.INFERRED,
        doubt="Not documented.",
        switches=("values_are_literal",),
        caveats=("wildcard-in-variable",),
    ),
    Rule(
        "V9",
        "A value is not expanded again.",
        "What looks like a variable in a value stays text, with a caveat where it matters.",
        ("vars",),
        confidence=Confidence.INFERRED,
        doubt="Not documented.",
        caveats=("variable-in-value",),
    ),
    Rule(
        "V10",
        "One text may hold several variables and other text.",
        "All of them are replaced, the text between them kept.",
        ("vars",),
    ),
    Rule(
        "V11",
        "Variables work in every type of policy.",
        "Replaced in all of them, boundaries and RCPs included; a caveat tells where an RCP's Deny hangs on a "
        "variable.",
        ("vars",),
        doubt="For RCPs it is inferred.",
        caveats=("variable-in-rcp",),
    ),
    Rule(
        "V12",
        "`${aws:username}` has no value in a role session. `aws:PrincipalTag` or `aws:userid` serve there.",
        "The key is absent for everybody but users, so V4 and V5 apply.",
        ("vars", "keys"),
    ),
    Rule(
        "V13",
        "A key without a value is missing; an empty string is a value.",
        "A variable of the first kind has no value, of the second an empty one.",
        ("vars",),
    ),
    Rule(
        "V14",
        "A variable where none works is plain text.",
        "Compared as written, so it matches nothing real; where a replaced one would match, the answer carries a "
        "caveat.",
        ("vars",),
        confidence=Confidence.INFERRED,
        doubt="Not documented.",
        caveats=("variable-misplaced",),
    ),
    Rule(
        "V15",
        "A malformed variable makes the document invalid. Such are `${}`, a missing brace or quote, a space in "
        "the name.",
        "An error (`malformed-variable`); it is never replaced.",
        ("aachecks",),
    ),
    Rule(
        "V16",
        "A value that does not resolve leaves the rest of its list standing.",
        "It equals nothing and the others are compared; a caveat tells where that decides.",
        ("vars",),
        confidence=Confidence.INFERRED,
        doubt="Not documented.",
        caveats=("variable-in-list",),
    ),
)
