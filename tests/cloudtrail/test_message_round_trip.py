"""Laws: what a message is made of is what is read from it, whatever tool wraps it and wherever a terminal breaks it."""

from __future__ import annotations

from typing import Final, NamedTuple

from hypothesis import example, given
from hypothesis import strategies as st

from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.cloudtrail.messages import LAYER_BY_POLICY_TYPE, read_denial
from policysim.cloudtrail.transcripts import denials_in
from policysim.cloudtrail.unwrapping import NARROWEST, read_wrapped

ARTICLES: Final = {"identity-based policy": "an", "role trust policy": "the"}
WRAPPERS: Final = {
    "plain": "{}",
    "aws-cli": "$ aws x y\n\nAn error occurred (AccessDenied) when calling the DoIt operation: {}\n$ ",
    "boto3": (
        "Traceback (most recent call last):\n  File 'a.py', line 1, in <module>\n"
        "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the DoIt operation: {}\n"
    ),
    "terraform": (
        "╷\n│ Error: reading S3 Bucket (b): operation error S3: HeadBucket, https response error StatusCode: 403,"
        " RequestID: 0A, HostID: b/C+, api error AccessDenied: {}\n│ \n│   with aws_s3_bucket.b,\n╵\n"
    ),
    "java": "x.services.s3.model.S3Exception: {} (Service: S3, Status Code: 403, Request ID: 0A)\n\tat a.C(D.java:1)",
    "cloudformation": 'CREATE_FAILED | Resource handler returned message: "{} (Service: Iam, Status Code: 403, Request'
    ' ID: 0a)" (RequestToken: 0a, HandlerErrorCode: AccessDenied)\n',
    "javascript": "AccessDenied: {}\n    at f (/a/b.js:1:2) {{\n  '$fault': 'client'\n}}\n",
    "go-1": "Error: reading: AccessDenied: {}\n\tstatus code: 403, request id: 0a1b\n",
    "pulumi": "    error: 1 error occurred:\n\t* api error AccessDenied: {}\n\n",
    "actions": "2026-11-24T03:00:02.1234567Z \x1b[31mAccessDenied: {}\x1b[0m\n2026-11-24T03:00:03.0Z ##[error]exit 1\n",
}


class Parts(NamedTuple):
    """What a message is made of; ``quoted``: the resource stands in quotation marks."""

    principal: str
    action: str
    resource: str | None
    quoted: bool
    policy_type: str | None
    kind: DenialKind
    policy_arn: str | None
    authorization_id: str | None

    @property
    def message(self) -> str:
        text = f"User: {self.principal} is not authorized to perform: {self.action}"
        if self.resource is not None:
            text += f' on resource: "{self.resource}"' if self.quoted else f" on resource: {self.resource}"
        if self.kind is DenialKind.IMPLICIT:
            text += f" because no {self.policy_type} allows the {self.action} action"
        elif self.kind is DenialKind.EXPLICIT:
            text += " with an explicit deny"
            if self.policy_type is not None:
                text += f" in {ARTICLES.get(self.policy_type, 'a')} {self.policy_type}"
            if self.policy_arn is not None:
                text += f": {self.policy_arn}"
        if self.authorization_id is not None:
            text += (
                ". Go to https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/authorization-details/"
                f"{self.authorization_id} for complete details, or call the GetRequestAuthorizationDetails API with the"
                f" following authorization id: {self.authorization_id}"
            )
        return text

    def read_back(self, denial: Denial) -> None:
        assert denial.recognised
        assert (denial.principal, denial.action, denial.resource) == (self.principal, self.action, self.resource)
        layer = LAYER_BY_POLICY_TYPE[self.policy_type.lower()] if self.policy_type is not None else None
        assert (denial.layer, denial.kind) == (layer, self.kind)
        assert (denial.policy_arn, denial.authorization_id) == (self.policy_arn, self.authorization_id)
        assert denial.iam


WORD = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+=,.@", min_size=1, max_size=24)
NAMES = WORD.filter(lambda word: word[-1] not in ".,")
ACCOUNTS = st.text("0123456789", min_size=12, max_size=12)
PARTITIONS = st.sampled_from(("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"))
PRINCIPALS = st.one_of(
    st.builds("arn:{}:iam::{}:user/{}".format, PARTITIONS, ACCOUNTS, NAMES),
    st.builds("arn:{}:sts::{}:assumed-role/{}/{}".format, PARTITIONS, ACCOUNTS, NAMES, NAMES),
    st.builds("arn:{}:iam::{}:role/{}/{}".format, PARTITIONS, ACCOUNTS, NAMES, NAMES),
    st.builds("arn:{}:iam::{}:root".format, PARTITIONS, ACCOUNTS),
    st.builds("{}.amazonaws.com".format, st.sampled_from(("ec2", "lambda", "config"))),
    st.sampled_from(("anonymous", "111122223333")),
)
ACTIONS = st.builds(
    "{}:{}".format,
    st.sampled_from(("s3", "ec2", "execute-api", "kms", "sqs", "dynamodb")),
    st.from_regex(r"\A[A-Za-z][A-Za-z0-9]{1,30}\Z"),
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
ONE_WORD = st.one_of(
    st.builds("arn:{}:sqs:eu-west-1:{}:{}".format, PARTITIONS, ACCOUNTS, NAMES),
    st.builds("arn:{}:s3:::{}/{}".format, PARTITIONS, NAMES, PATHS),
    st.just("*"),
)
OBJECT_KEYS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters='"\\&<|>'),
    min_size=1,
    max_size=40,
).filter(lambda key: key == " ".join(key.split()))
QUOTED = st.builds("arn:aws:s3:::{}/{}".format, NAMES, OBJECT_KEYS)
WORDS = st.builds("{} {}".format, st.sampled_from(("role", "user", "policy", "group", "instance profile")), NAMES)
POLICIES = st.builds("arn:{}:iam::{}:policy/{}".format, PARTITIONS, ACCOUNTS, PATHS)
TYPES = st.sampled_from([name.replace("vpc", "VPC") for name in sorted(LAYER_BY_POLICY_TYPE)])
IDS = st.none() | st.from_regex(r"\A[0-9a-z]{20,26}\Z")


@st.composite
def parts(draw: st.DrawFn) -> Parts:
    kind = draw(st.sampled_from(DenialKind))
    quoted = draw(st.booleans())
    resource = draw(QUOTED if quoted else st.none() | ONE_WORD | WORDS)
    type_ = {
        DenialKind.IMPLICIT: TYPES,
        DenialKind.EXPLICIT: st.none() | TYPES,
        DenialKind.UNKNOWN: st.none(),
    }[kind]
    policy_type = draw(type_)
    explicit_by = kind is DenialKind.EXPLICIT and policy_type is not None
    policy_arn = draw(st.none() | POLICIES) if explicit_by else None
    authorization_id = draw(IDS) if kind is not DenialKind.UNKNOWN else None
    return Parts(draw(PRINCIPALS), draw(ACTIONS), resource, quoted, policy_type, kind, policy_arn, authorization_id)


@given(parts())
def test_m1_to_m9_m11_a_message_gives_back_its_parts(made: Parts) -> None:
    made.read_back(read_denial(made.message))
    made.read_back(read_denial(made.message + "."))


@given(parts(), st.sampled_from(sorted(WRAPPERS)), st.sampled_from(("\n", "\r\n")))
def test_m1_to_m9_m11_a_message_in_the_words_of_a_tool_gives_back_its_parts(
    made: Parts, wrapper: str, line_end: str
) -> None:
    text = WRAPPERS[wrapper].format(made.message).replace("\n", line_end)
    told = denials_in(text)
    (denial,) = told.denials
    made.read_back(denial)
    assert denial.raw.rstrip(".") == made.message


@given(st.lists(parts(), min_size=1, max_size=4, unique=True), st.sampled_from(sorted(WRAPPERS)))
def test_each_of_several_messages_is_told_once(made: list[Parts], wrapper: str) -> None:
    text = "\n".join(WRAPPERS[wrapper].format(one.message) for one in (*made, made[0]))
    told = denials_in(text).denials
    assert len(told) == len(made)
    for one, denial in zip(made, told, strict=True):
        one.read_back(denial)


ENDS_LINES_IN_HYPHENS: Final = Parts(
    "arn:aws:iam::000000000000:role/team/build/runner-0000000-0",
    "s3:GetObject",
    "arn:aws:s3:::bucket/prefix/0/0/0/0",
    quoted=False,
    policy_type="identity-based policy",
    kind=DenialKind.EXPLICIT,
    policy_arn="arn:aws:iam::000000000000:policy/0",
    authorization_id=None,
)


@example(made=ENDS_LINES_IN_HYPHENS, before=0, width=63)
@example(made=ENDS_LINES_IN_HYPHENS._replace(resource=None), before=0, width=63)
@given(parts(), st.integers(0, 60), st.integers(NARROWEST, 200))
def test_a_terminal_that_breaks_a_message_anywhere_makes_no_other_names(made: Parts, before: int, width: int) -> None:
    text = "x" * before + made.message
    broken = (
        "\n".join(text[at : at + width] for at in range(0, len(text), width))[before:]
        if before < width
        else made.message
    )
    denial = read_wrapped(broken, before if before < width else 0)
    assert denial.principal in (None, made.principal)
    assert denial.action in (None, made.action)
    assert denial.resource in (None, made.resource)
    assert denial.policy_arn in (None, made.policy_arn)
    assert denial.authorization_id in (None, made.authorization_id)


@given(parts(), st.integers(NARROWEST, 200))
def test_a_terminal_that_breaks_between_words_changes_nothing(made: Parts, width: int) -> None:
    lines: list[str] = []
    for word in made.message.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    denial = read_wrapped("\n".join(lines))
    assert denial.principal in (None, made.principal)
    assert denial.action in (None, made.action)
    if made.resource is not None and " " not in made.resource:
        assert denial.resource in (None, made.resource)
    assert denial.policy_arn in (None, made.policy_arn)
