"""Laws of reading denial messages.

- A message built from its parts is read back into the same parts, whatever stands around it.
- No text makes the reader raise, and every text is kept whole.
- A message that was cut off never yields a part that the whole message does not have.
"""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.cloudtrail.messages import LAYER_BY_POLICY_TYPE, read_denial

ARTICLES = {"identity-based policy": "an", "role trust policy": "the"}

accounts = st.from_regex(r"[0-9]{12}", fullmatch=True)
partitions = st.sampled_from(["aws", "aws-cn", "aws-us-gov"])
names = st.from_regex(r"[A-Za-z0-9_+=,.@-]{1,20}", fullmatch=True)
principals = st.one_of(
    st.builds("arn:{}:iam::{}:user/{}".format, partitions, accounts, names),
    st.builds("arn:{}:sts::{}:assumed-role/{}/{}".format, partitions, accounts, names, names),
    st.builds("arn:{}:iam::{}:root".format, partitions, accounts),
    st.just("anonymous"),
)
actions = st.builds(
    "{}:{}".format,
    st.sampled_from(["s3", "kms", "execute-api", "SNS"]),
    st.from_regex("[A-Z][A-Za-z0-9]{2,15}", fullmatch=True),
)
keys = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=20)
unquoted = st.one_of(
    st.builds(
        "arn:{}:sqs:eu-west-1:{}:{}".format,
        partitions,
        accounts,
        st.from_regex(r"[A-Za-z0-9_/-]{1,20}(\.fifo)?", fullmatch=True),
    ),
    st.builds("role {}".format, st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)),
    st.just("*"),
)
policy_arns = st.builds(
    "arn:{}:iam::{}:policy/{}".format, partitions, accounts, st.from_regex(r"[A-Za-z0-9_/-]{1,20}", fullmatch=True)
)
authorization_ids = st.from_regex(r"[0-9a-z]{1,30}", fullmatch=True)
wrappings = st.sampled_from(
    [
        ("", ""),
        ("AccessDenied: ", ""),
        ("An error occurred (AccessDenied) when calling the X operation: ", ""),
        ("", " (Service: S3, Status Code: 403, Request ID: X)"),
        ("api error AccessDenied: ", "\n\nsome more text"),
    ]
)


class Said(NamedTuple):
    """A message and what it says."""

    text: str
    denial: Denial


@st.composite
def messages(draw: st.DrawFn) -> Said:
    principal, action = draw(principals), draw(actions)
    text = f"User: {principal} is not authorized to perform: {action}"
    resource = draw(st.none() | unquoted)
    key = draw(st.none() | keys)
    if resource is None and key is not None and key.strip():
        resource = f"arn:aws:s3:::data/{key.strip()}"
        text += f' on resource: "{resource}"'
    elif resource is not None:
        text += f" on resource: {resource}"
    layer, kind, policy_arn, authorization_id = None, DenialKind.UNKNOWN, None, None
    form = draw(st.sampled_from(["none", "implicit", "explicit", "layer"]))
    policy_type = draw(st.sampled_from(sorted(LAYER_BY_POLICY_TYPE)))
    printed = policy_type.replace("vpc", "VPC")
    if form == "implicit":
        text += f" because no {printed} allows the {action} action"
        layer, kind = LAYER_BY_POLICY_TYPE[policy_type], DenialKind.IMPLICIT
    elif form in {"explicit", "layer"}:
        text += " with an explicit deny"
        kind = DenialKind.EXPLICIT
        if form == "layer":
            text += f" in {ARTICLES.get(policy_type, 'a')} {printed}"
            layer = LAYER_BY_POLICY_TYPE[policy_type]
            if (policy_arn := draw(st.none() | policy_arns)) is not None:
                text += f": {policy_arn}"
    if form != "none" and (authorization_id := draw(st.none() | authorization_ids)) is not None:
        text += (
            f". Go to https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/authorization-details/"
            f"{authorization_id} for complete details, or call the GetRequestAuthorizationDetails API with the"
            f" following authorization id: {authorization_id}"
        )
    before, after = draw(wrappings)
    text = before + text + after
    return Said(
        text,
        Denial(
            raw=text,
            recognised=True,
            principal=principal,
            action=action,
            resource=resource,
            layer=layer,
            kind=kind,
            policy_arn=policy_arn,
            authorization_id=authorization_id,
        ),
    )


@given(messages())
@settings(max_examples=150, deadline=None)
def test_a_message_built_from_its_parts_is_read_back_into_them(said: Said) -> None:
    assert read_denial(said.text) == said.denial


@given(st.one_of(st.text(max_size=200), messages().map(lambda said: said.text)), st.none() | st.text(max_size=20))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_the_reader_raise_and_every_text_is_kept_whole(text: str, code: str | None) -> None:
    assert read_denial(text, code).raw == text


@given(messages(), st.data())
@settings(max_examples=100, deadline=None)
def test_a_cut_message_never_yields_a_part_that_the_whole_does_not_have(said: Said, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(said.text) - 1))
    cut = read_denial(said.text[:length].rstrip(" .") + "...")
    for name in ("principal", "action", "resource", "layer", "policy_arn", "authorization_id"):
        part, whole = getattr(cut, name), getattr(said.denial, name)
        assert part in (None, whole), name
