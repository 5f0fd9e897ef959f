"""JSON values and policy documents for laws about text, and the ways to write them."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.json_styles import STYLES

TEXTS = st.one_of(
    st.sampled_from(
        ["*", "s3:GetObject", "arn:aws:s3:::b/${aws:username}", "Allow", "Effect", "", "é😀", 'a"\\b', "x y"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
SCALARS = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
)
NAMES = st.one_of(
    st.sampled_from(
        ["Effect", "Action", "Statement", "Principal", "Condition", "StringLike", "AWS", "Version", "{", "]"]
    ),
    TEXTS,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)
"""Any JSON value."""

_ONE_OR_MORE = st.one_of(TEXTS, st.lists(TEXTS, max_size=3))
_CONDITIONS = st.dictionaries(
    st.sampled_from(["StringEquals", "ForAllValues:StringLikeIfExists", "Bool", "nope", "null"]),
    st.one_of(st.dictionaries(TEXTS, st.one_of(_ONE_OR_MORE, VALUES), max_size=2), SCALARS),
    max_size=2,
)
_ELEMENTS = {
    "Sid": st.one_of(TEXTS, VALUES),
    "Effect": st.sampled_from(["Allow", "Deny", "allow", 3]),
    "Principal": st.one_of(
        st.just("*"), st.dictionaries(st.sampled_from(["AWS", "Service", "x"]), _ONE_OR_MORE, max_size=2), VALUES
    ),
    "Action": st.one_of(_ONE_OR_MORE, VALUES),
    "NotAction": _ONE_OR_MORE,
    "Resource": st.one_of(_ONE_OR_MORE, VALUES),
    "NotResource": _ONE_OR_MORE,
    "Condition": st.one_of(_CONDITIONS, VALUES),
    "Comment": VALUES,
}
STATEMENTS = st.fixed_dictionaries({}, optional=_ELEMENTS)
DOCUMENTS = st.fixed_dictionaries(
    {"Statement": st.one_of(STATEMENTS, st.lists(st.one_of(STATEMENTS, VALUES), max_size=3), VALUES)},
    optional={"Version": st.one_of(st.just("2012-10-17"), VALUES), "Id": VALUES, "Extra": VALUES},
)
"""Objects that look like policy documents, right and wrong in every element."""

WRITTEN = st.sampled_from(sorted(STYLES))
"""The name of a style to write a value in."""
