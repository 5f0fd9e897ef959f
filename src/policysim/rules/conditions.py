"""Conditions: structure, operators and set operators (C1 to C41)."""

from __future__ import annotations

from typing import Final

from policysim.rules.rule import Confidence, Rule

CONDITIONS: Final = (
    Rule(
        "C1",
        "Operators and keys are joined by and, values by or. Under a negated operator all values must differ.",
        "Every key under every operator is one entry, and all entries must match.",
        ("multi2",),
    ),
    Rule(
        "C2",
        "Names of condition keys have no case, tag names in them included. Whether values have depends on the "
        "operator.",
        "Keys are looked up without regard to case.",
        ("cond",),
    ),
    Rule(
        "C3",
        "Two tags that differ only in case cannot be told apart. The key matches both, and one of the values is "
        "compared.",
        "The value counts as unknown, and the answer carries a caveat where it matters.",
        ("cond",),
        doubt="AWS does not say which value it compares.",
        caveats=("tag-case",),
    ),
    Rule(
        "C4",
        "Operator names are read in any case.",
        "Evaluated in any case, with a caveat for any spelling but the documented one; the reader notes "
        "`operator-spelling`.",
        ("ops",),
        confidence=Confidence.INFERRED,
        doubt="Not documented.",
        caveats=("operator-case",),
    ),
    Rule(
        "C5",
        "A missing key fails a positive operator and meets a negated one.",
        "The reason says whether the key is absent or has another value.",
        ("ops",),
    ),
    Rule(
        "C6",
        "`IfExists` matches when the key is missing, and else compares. It does not weaken a Deny: "
        "StringNotEqualsIfExists still denies without the key.",
        "Allowed on every operator but Null.",
        ("ops",),
    ),
    Rule(
        "C7",
        "`Null` asks whether a key is there. `true` wants it absent, `false` present; a set prefix makes it "
        "constant, and IfExists does not go with it.",
        "`ForAllValues:Null` is true and `ForAnyValue:Null` false (noted as `set-prefix-on-null`); "
        "`NullIfExists` is no operator.",
        ("ops", "aachecks"),
    ),
    Rule(
        "C8",
        "An empty set counts as a missing key. A single empty string is a value.",
        "A key with no value is missing; one empty string is present, with a caveat where it matters.",
        ("cond", "multi"),
        doubt="An older page calls an empty string null.",
        switches=("empty_string_is_null",),
        caveats=("empty-string",),
    ),
    Rule(
        "C9",
        "Nobody can save a policy with an operator that does not exist.",
        "An error (`unknown-operator`); in evaluation the condition never matches.",
        ("gram",),
    ),
    Rule(
        "C10",
        "An operator for another type than the key's never matches. A Deny with such a condition denies nothing.",
        "Decided by the catalogue's type of the key, with a caveat; a negated operator does not match either.",
        ("sar",),
        doubt="For negated operators it is inferred.",
        switches=("operator_fits_type", "mistyped_negation_matches"),
        caveats=("wrong-operator", "mistyped-negation"),
    ),
    Rule(
        "C11",
        "A condition with an empty list compares with nothing. Positive operators fail, set operators follow the "
        "missing key, and an empty Action, Resource or Principal leaves the statement without effect.",
        "A plain negated operator with an empty list matches, with a caveat; an empty Condition block is no "
        "condition. The reader notes `empty-list`, `empty-element` and `empty-condition`.",
        ("aachecks", "ops"),
        confidence=Confidence.INFERRED,
        doubt="Little of it is documented.",
        switches=("empty_negation_matches",),
        caveats=("empty-negation", "empty-not-list"),
    ),
    Rule(
        "C12",
        "Values may be strings, numbers or Booleans, and are compared as text. Null, objects and nested lists "
        "are errors.",
        '`true` equals `"true"`. Mixed types (`mixed-types`) and numbers that should be text (`unquoted-number`) '
        "are noted.",
        ("gram",),
    ),
    Rule(
        "C13",
        "StringEquals is exact, and wildcards are ordinary characters to it.",
        "Compared as text.",
        ("ops",),
    ),
    Rule(
        "C14",
        "StringEqualsIgnoreCase ignores case and knows no wildcards.",
        "Compared in lower case.",
        ("ops",),
    ),
    Rule(
        "C15",
        "StringLike knows `*` and `?`, and minds case. `*` spans slashes and colons, and there is no implicit "
        "substring.",
        "One matcher for all patterns, held equal to a slow twin.",
        ("ops",),
    ),
    Rule(
        "C16",
        "There is no StringLikeIgnoreCase.",
        "An unknown operator (C9).",
        ("ops",),
    ),
    Rule(
        "C17",
        "Numeric operators compare whole and decimal numbers. There are no wildcards and no variables, and text "
        "that is no number does not compare.",
        "Compared exactly, without rounding. A negated operator does not match what is no number, with a caveat.",
        ("ops",),
        doubt="For NumericNotEquals it is inferred.",
        switches=("mistyped_negation_matches",),
        caveats=("mistyped-negation",),
    ),
    Rule(
        "C18",
        "Date operators take ISO 8601 dates or seconds since 1970. They compare points in time, without "
        "wildcards or variables.",
        "Both forms are read exactly, fractions of a second included.",
        ("ops",),
    ),
    Rule(
        "C19",
        "A bare whole number under a Date operator is seconds since 1970.",
        "Four digits are taken as a year, with a caveat where it matters.",
        ("ops",),
        confidence=Confidence.INFERRED,
        doubt="AWS does not say how it reads four digits.",
        switches=("four_digits_are_a_year",),
        caveats=("four-digit-date",),
    ),
    Rule(
        "C20",
        "A date without time or zone is midnight, UTC.",
        "The missing parts are filled in so.",
        ("ops",),
        confidence=Confidence.OBSERVED,
    ),
    Rule(
        "C21",
        "`aws:CurrentTime` is a date. `aws:EpochTime` takes Date and Numeric operators.",
        "Both kinds of operator fit `aws:EpochTime`.",
        ("keys",),
    ),
    Rule(
        "C22",
        "Bool knows `true` and `false`, in any case. Other words never match.",
        "Variables in its values are replaced, with a caveat where it matters.",
        ("ops", "vars"),
        doubt="The operators page has variables under Bool, the variables page has not.",
        switches=("bool_has_variables",),
        caveats=("bool-variable",),
    ),
    Rule(
        "C23",
        "BinaryEquals compares bytes, written as base64.",
        "Both sides are decoded; text that is no base64 does not compare.",
        ("ops",),
    ),
    Rule(
        "C24",
        "IpAddress takes a range or a single address, of either version.",
        "A bare address is a range of one.",
        ("ops",),
    ),
    Rule(
        "C25",
        "Addresses are compared as numbers, and the versions never meet. An IPv6 caller is not in an IPv4 range, "
        "so NotIpAddress is true.",
        "Spelling does not matter.",
        ("ops",),
        confidence=Confidence.OBSERVED,
    ),
    Rule(
        "C26",
        "Bits of the address beyond the prefix are ignored.",
        "`203.0.113.5/24` is the whole range.",
        ("aachecks",),
    ),
    Rule(
        "C27",
        "`aws:SourceIp` is missing when the call came through a VPC endpoint. NotIpAddress is true then, the "
        "classic lock-out; `aws:VpcSourceIp` is the key to use.",
        "The key is absent whenever `aws:SourceVpce` is there.",
        ("ops", "keys"),
        caveats=("private-source-ip",),
    ),
    Rule(
        "C28",
        "`aws:SourceIp` is never a private address. AWS sees the public address of a caller at a public endpoint.",
        "An answer that rests on a private address carries a caveat.",
        ("ops",),
        caveats=("private-source-ip",),
    ),
    Rule(
        "C29",
        "ArnEquals and ArnLike are the same, and both know wildcards.",
        "One comparison for both, and for their negations.",
        ("ops",),
    ),
    Rule(
        "C30",
        "Arn operators compare the six parts one by one. A `*` in the first five parts stops at the colon; in "
        "the last it spans colons and slashes.",
        "So compared, with a caveat where a `*` past the colon would change the answer.",
        ("ops",),
        doubt="The page now links to the rules of Resource, where it may pass.",
        switches=("star_ends_with_its_part",),
        caveats=("arn-star",),
    ),
    Rule(
        "C31",
        "A value that is no ARN does not match an Arn operator.",
        "Neither ArnLike nor ArnNotLike match it, the latter with a caveat.",
        ("ops",),
        confidence=Confidence.INFERRED,
        doubt="The documented negation is true for a missing key only.",
        switches=("mistyped_negation_matches",),
        caveats=("mistyped-negation",),
    ),
    Rule(
        "C32",
        "StringLike on an ARN can match where ArnLike cannot. Its `*` crosses colons.",
        "Both kinds of operator fit ARN and string keys; each matches in its own way.",
        ("ops",),
    ),
    Rule(
        "C33",
        "The pattern `*` covers every ARN.",
        "`*` alone matches every value that is an ARN.",
        ("ops",),
        confidence=Confidence.OBSERVED,
    ),
    Rule(
        "C34",
        "ForAllValues wants every value of the request to fit. It is true when the key is missing or empty.",
        "Every value is compared; without values it matches. `policysim check` warns of it in an Allow.",
        ("multi", "ops"),
    ),
    Rule(
        "C35",
        "ForAnyValue wants one value of the request to fit. It is false when the key is missing or empty.",
        "One fitting value is enough; without values it fails.",
        ("multi",),
    ),
    Rule(
        "C36",
        "Negated set operators compare each value with all listed ones. ForAllValues wants all of them to "
        "differ, ForAnyValue one.",
        "So evaluated; a missing key is true for the first and false for the second.",
        ("ops",),
    ),
    Rule(
        "C37",
        "AWS's table for ForAllValues:StringNotLike contradicts its definition.",
        "The definition is followed (C34, C36), with a caveat where the table would change the answer.",
        ("ops",),
        doubt="The table on the operators page shows the inverse.",
        caveats=("for-all-not-like",),
    ),
    Rule(
        "C38",
        "IfExists behind a set prefix is true when the key is missing.",
        "So evaluated; for ForAnyValue the answer carries a caveat.",
        ("ops",),
        confidence=Confidence.OBSERVED,
        doubt="Other evaluators ignore IfExists there.",
        switches=("if_exists_in_any_value",),
        caveats=("if-exists-in-set",),
    ),
    Rule(
        "C39",
        "A set operator takes a single value as a set of one. ForAllValues is then true for a missing key, which "
        "is too generous in an Allow.",
        "A single value is compared as a set of one.",
        ("multi",),
    ),
    Rule(
        "C40",
        "A plain operator does not fit a key with several values. AWS asks for a set operator.",
        "It does not match, negated or not, with a caveat.",
        ("multi",),
        confidence=Confidence.INFERRED,
        doubt="What AWS does then is undocumented.",
        switches=("several_values_match_any",),
        caveats=("several-values",),
    ),
    Rule(
        "C41",
        "The prefixes are `ForAllValues:` and `ForAnyValue:`, in this case.",
        "Another spelling is no operator (C9); where it would match as one, the answer carries a caveat.",
        ("ops",),
        confidence=Confidence.INFERRED,
        doubt="Not documented.",
        caveats=("set-prefix-case",),
    ),
)
