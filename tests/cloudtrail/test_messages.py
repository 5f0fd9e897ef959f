from __future__ import annotations

import pytest

from policysim.cloudtrail.denial import Denial, DenialKind
from policysim.cloudtrail.messages import LAYER_BY_POLICY_TYPE, read_denial
from policysim.evaluation.layers import LAYERS
from tests.cloudtrail.records import SESSION

OBJECT = "arn:aws:s3:::data/report.csv"
USER = f"User: {SESSION} is not authorized to perform: s3:GetObject"
ON = f" on resource: {OBJECT}"
BECAUSE = " because no identity-based policy allows the s3:GetObject action"
DETAILS = (
    ". Go to https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/authorization-details/0abc9"
    " for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: 0abc9"
)
EC2 = "You are not authorized to perform this operation."
IMPLICIT, EXPLICIT, UNKNOWN = DenialKind.IMPLICIT, DenialKind.EXPLICIT, DenialKind.UNKNOWN


def read(text: str, code: str | None = None) -> Denial:
    denial = read_denial(text, code)
    assert denial.raw == text
    return denial


@pytest.mark.parametrize(
    ("tail", "layer", "kind"),
    [
        ("", None, UNKNOWN),
        (" because no identity-based policy allows the s3:GetObject action", "identity", IMPLICIT),
        (" because no resource-based policy allows the s3:GetObject action", "resource", IMPLICIT),
        (" because no permissions boundary allows the s3:GetObject action", "boundary", IMPLICIT),
        (" because no session policy allows the s3:GetObject action", "session", IMPLICIT),
        (" because no VPC endpoint policy allows the s3:GetObject action", "vpce", IMPLICIT),
        (" because no service control policy allows the s3:GetObject action", "scp", IMPLICIT),
        (" because no resource control policy allows the s3:GetObject action", "rcp", IMPLICIT),
        (" because no role trust policy allows the sts:AssumeRole action", "trust", IMPLICIT),
        (" with an explicit deny", None, EXPLICIT),
        (" with an explicit deny in an identity-based policy", "identity", EXPLICIT),
        (" with an explicit deny in a resource-based policy", "resource", EXPLICIT),
        (" with an explicit deny in a permissions boundary", "boundary", EXPLICIT),
        (" with an explicit deny in a session policy", "session", EXPLICIT),
        (" with an explicit deny in a sessions policy", "session", EXPLICIT),
        (" with an explicit deny in a VPC endpoint policy", "vpce", EXPLICIT),
        (" with an explicit deny in a service control policy", "scp", EXPLICIT),
        (" with an explicit deny in a resource control policy", "rcp", EXPLICIT),
        (" with an explicit deny in the role trust policy", "trust", EXPLICIT),
    ],
)
@pytest.mark.parametrize("place", [ON, f' on resource: "{OBJECT}"', "", " on this resource"])
def test_m1_to_m9_every_layer_in_both_kinds_with_and_without_a_resource(
    tail: str, layer: str | None, kind: DenialKind, place: str
) -> None:
    denial = read(USER + place + tail)
    assert denial.recognised
    assert (denial.layer, denial.kind) == (layer, kind)
    assert (denial.principal, denial.action) == (SESSION, "s3:GetObject")
    assert denial.resource == {"": None, " on this resource": "this resource"}.get(place, OBJECT)
    assert denial.iam


def test_m1_to_m8_the_layers_are_those_of_the_table_of_layers() -> None:
    for layer in LAYERS:
        assert LAYER_BY_POLICY_TYPE[layer.title.lower()] == layer.name.value
        said = read(f"{USER}{ON} with {layer.explicit_phrase}")
        assert (said.layer, said.kind) == (layer.name.value, EXPLICIT)
        said = read(f"{USER}{ON} because {layer.implicit_phrase} a:B action")
        assert (said.layer, said.kind) == (layer.name.value, IMPLICIT)


def test_m6_the_action_behind_the_layer_may_be_misspelt_and_the_user_may_be_a_role() -> None:
    role = "arn:aws:iam::111122223333:role/app"
    denial = read(
        f"User: {role} is not authorized to perform: codecommit:ListRepositories because no service control policy"
        " allows the codecommit:ListRespositories action"
    )
    assert (denial.principal, denial.action, denial.layer) == (role, "codecommit:ListRepositories", "scp")


def test_m8_an_endpoint_policy_through_a_service_control_policy_points_at_the_latter() -> None:
    denial = read(
        f"{USER}{ON} with an explicit deny in a VPC endpoint policy transitively through a service control policy"
    )
    assert (denial.layer, denial.kind) == ("scp", EXPLICIT)
    assert "VPC endpoint policy" in (denial.cause or "")


@pytest.mark.parametrize(
    ("layer", "arn"),
    [
        ("a service control policy", "arn:aws:organizations::444455556666:policy/o-ab/service_control_policy/p-x1"),
        ("a resource control policy", "arn:aws:organizations::444455556666:policy/o-ab/resource_control_policy/p-x1"),
        ("a permissions boundary", "arn:aws:iam::111122223333:policy/edges/limit"),
        ("a session policy", "arn:aws:iam::111122223333:policy/session"),
        ("an identity-based policy", "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"),
        ("an identity-based policy", "arn:aws-us-gov:iam::111122223333:policy/x.y"),
    ],
)
@pytest.mark.parametrize("tail", ["", ".", DETAILS])
def test_m11_a_policy_arn_may_follow(layer: str, arn: str, tail: str) -> None:
    denial = read(f"{USER}{ON} with an explicit deny in {layer}: {arn}{tail}")
    assert denial.policy_arn == arn
    assert denial.authorization_id == ("0abc9" if tail == DETAILS else None)


def test_m11_the_authorization_id_follows_any_reason_over_lines_and_other_consoles() -> None:
    assert read(USER + ON + BECAUSE + DETAILS).authorization_id == "0abc9"
    broken = (USER + ON + BECAUSE + DETAILS).replace(" ", "\n")
    assert read(broken).authorization_id == "0abc9"
    assert read(broken).layer == "identity"
    china = DETAILS.replace("console.aws.amazon.com", "console.amazonaws.cn")
    assert read(USER + ON + BECAUSE + china).authorization_id == "0abc9"
    inline = f"{USER}{ON} with an explicit deny in an identity-based policy{DETAILS}"
    assert (read(inline).policy_arn, read(inline).authorization_id) == (None, "0abc9")


@pytest.mark.parametrize(
    "text",
    ["Access Denied", "Access Denied.", "Access denied", "Forbidden", "AccessDenied", "Access Denied (Service: S3)"],
)
def test_m12_a_bare_refusal_is_known_and_says_nothing(text: str) -> None:
    denial = read(text)
    assert denial.recognised
    assert denial.iam
    assert (denial.layer, denial.kind, denial.action) == (None, UNKNOWN, None)


@pytest.mark.parametrize(
    ("tail", "cause"),
    [
        (
            "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.",
            "BlockPublicAcls",
        ),
        (
            "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
            "BlockPublicPolicy",
        ),
        (
            (
                "because this bucket has blocked upload requests that specify Server Side Encryption"
                " with Customer provided keys (SSE-C)..."
            ),
            "SSE-C",
        ),
    ],
)
def test_m13_settings_of_s3_are_no_policy(tail: str, cause: str) -> None:
    denial = read(f'User: {SESSION} is not authorized to perform: s3:PutBucketPolicy on resource: "{OBJECT}" {tail}')
    assert denial.recognised
    assert not denial.iam
    assert cause in (denial.cause or "")
    assert (denial.action, denial.resource, denial.layer) == ("s3:PutBucketPolicy", OBJECT, None)


KEY_SIDE = (
    "because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based"
    " policy explicitly denies access"
)


@pytest.mark.parametrize(
    ("where", "resource"),
    [
        ("on this resource", "this resource"),
        ("on the resource associated with this ciphertext", "the resource associated with this ciphertext"),
    ],
)
def test_m14_kms_names_the_side_of_the_key_or_of_the_identity(where: str, resource: str) -> None:
    user = f"User: {SESSION} is not authorized to perform: kms:Decrypt {where} "
    key_side = read(user + KEY_SIDE)
    assert (key_side.layer, key_side.kind, key_side.resource) == ("resource", UNKNOWN, resource)
    assert "may also not exist" in (key_side.cause or "")
    identity_side = read(user + "because no identity-based policy allows the kms:Decrypt action")
    assert (identity_side.layer, identity_side.kind, identity_side.resource) == ("identity", IMPLICIT, resource)


def test_m14_the_old_words_of_kms() -> None:
    denial = read(
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are"
        " not allowed to access."
    )
    assert denial.recognised
    assert (denial.action, denial.layer, denial.kind) == (None, None, UNKNOWN)


def test_m15_ec2_without_a_user_part() -> None:
    for lead in ("", "UnauthorizedOperation: "):
        denial = read(f"{lead}{EC2} Encoded authorization failure message: aB3_-x")
        assert denial.recognised
        assert (denial.encoded, denial.action, denial.cut) == ("aB3_-x", None, False)
    assert read(EC2).recognised


def test_m15_ec2_with_a_user_part_and_a_cut_blob() -> None:
    arn = "arn:aws:ec2:eu-west-1:111122223333:instance/*"
    user = f"User: {SESSION} is not authorized to perform: ec2:RunInstances on resource: {arn}"
    for reason, layer in (
        (" because no identity-based policy allows the ec2:RunInstances action", "identity"),
        ("", None),
    ):
        denial = read(f"{EC2} {user}{reason}. Encoded authorization failure message: aB3_-x...")
        assert (denial.action, denial.resource, denial.layer) == ("ec2:RunInstances", arn, layer)
        assert (denial.encoded, denial.cut) == ("aB3_-x", True)


def test_sts_web_identity_names_the_action_alone() -> None:
    denial = read("Not authorized to perform sts:AssumeRoleWithWebIdentity")
    assert (denial.action, denial.principal, denial.layer) == ("sts:AssumeRoleWithWebIdentity", None, None)


def test_network_activity_names_the_endpoint_policy() -> None:
    assert read("The request was denied due to a VPC endpoint policy").layer == "vpce"
    assert read("Access Denied", "VpceAccessDenied").layer == "vpce"
    assert read("", "VpceAccessDenied").layer == "vpce"


@pytest.mark.parametrize(
    ("words", "resource"),
    [
        ("role now-default-role", "role now-default-role"),
        ("user temp-user", "user temp-user"),
        ("policy arn:aws:iam::111122223333:policy/X", "policy arn:aws:iam::111122223333:policy/X"),
        ("instance profile web", "instance profile web"),
        ("access key AKIAEXAMPLE", "access key AKIAEXAMPLE"),
        ("*", "*"),
        ("arn:aws-cn:dynamodb:cn-north-1:111122223333:table/T", "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/T"),
        ("arn:aws:sqs:eu-west-1:111122223333:orders.fifo", "arn:aws:sqs:eu-west-1:111122223333:orders.fifo"),
    ],
)
@pytest.mark.parametrize("tail", ["", ".", BECAUSE, " with an explicit deny"])
def test_resources_that_are_words_or_of_other_partitions(words: str, resource: str, tail: str) -> None:
    assert read(f"User: ana is not authorized to perform: iam:GetRole on resource: {words}{tail}").resource == resource


def test_a_resource_with_spaces_ends_at_the_reason() -> None:
    alarm = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:too many errors"
    key = 'arn:aws:s3:::data/my "own" because no file.csv'
    assert read(f"{USER} on resource: {alarm}{BECAUSE}").resource == alarm
    assert read(f'{USER} on resource: "{key}"{BECAUSE}').resource == key


@pytest.mark.parametrize(
    ("text", "principal", "action", "resource"),
    [
        ("User: ana is not authorized to access this resource", "ana", None, "this resource"),
        ("User is not authorized to access this resource with an explicit deny", None, None, "this resource"),
        (
            "User: ana is not authorized to perform: s3:GetObject on the specified resource",
            "ana",
            "s3:GetObject",
            "the specified resource",
        ),
        (
            "User: ana is not authorized to perform iam:UpdateAccessKey on resource: access key K",
            "ana",
            "iam:UpdateAccessKey",
            "access key K",
        ),
        ("Principal [ana] is not allowed to execute [iot:Publish] on the resource", "ana", "iot:Publish", None),
        (
            "Access to the resource https://sqs.eu-west-1.amazonaws.com/1/q is denied.",
            None,
            None,
            "https://sqs.eu-west-1.amazonaws.com/1/q",
        ),
        ("Not authorized to access resource R", None, None, "R"),
        ("No access to any requested resource", None, None, None),
        ("User: anonymous is not authorized to perform: es:ESHttpGet", "anonymous", "es:ESHttpGet", None),
        ("User: ana is not authorized to perform: null", "ana", None, None),
    ],
)
def test_rarer_forms(text: str, principal: str | None, action: str | None, resource: str | None) -> None:
    denial = read(text)
    assert denial.recognised
    assert (denial.principal, denial.action, denial.resource) == (principal, action, resource)


@pytest.mark.parametrize(
    "wrapped",
    [
        "An error occurred (AccessDenied) when calling the GetObject operation: {}",
        "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: {}",
        "Traceback (most recent call last):\n  File x\nClientError: {}\n\nDuring handling of the above exception",
        "operation error S3: GetObject, https response error StatusCode: 403, RequestID: X, api error AccessDenied: {}",
        "AccessDenied: {}\n\tstatus code: 403, request id: 07a2",
        "{} (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: X)",
        "{} (Service: S3, Status Code: 403, Request ID: X)",
        "{} status code: 400, request id: 07a2",
        '{{"Message":"{}"}}',
        "CREATE_FAILED | AWS::S3::Bucket | {}",
    ],
)
def test_the_words_of_tools_around_a_message_do_not_matter(wrapped: str) -> None:
    denial = read(wrapped.format(USER + ON + BECAUSE))
    assert denial.recognised
    assert (denial.principal, denial.action, denial.resource) == (SESSION, "s3:GetObject", OBJECT)
    assert (denial.layer, denial.kind) == ("identity", IMPLICIT)


def test_a_head_request_says_forbidden_inside_the_words_of_the_cli() -> None:
    assert read("An error occurred (403) when calling the HeadObject operation: Forbidden").recognised


@pytest.mark.parametrize(
    "text", ["", " ", "The bucket is empty", "no", "User:", "denied", "x" * 100_000, "(" * 5_000, "\0"]
)
def test_other_texts_are_kept_whole_and_marked(text: str) -> None:
    denial = read(text)
    assert not denial.recognised
    assert (denial.principal, denial.action, denial.layer, denial.kind) == (None, None, None, UNKNOWN)


@pytest.mark.parametrize(
    "reason",
    [
        "because no weather policy allows the s3:GetObject action",
        "with an explicit deny in a weather policy",
        "because of the weather",
        "with an explicit deny in a VPC endpoint policy sideways through a weather policy",
    ],
)
def test_of_a_reason_yet_to_come_the_frame_is_kept(reason: str) -> None:
    denial = read(f"{USER}{ON} {reason}")
    assert not denial.recognised
    assert (denial.principal, denial.action, denial.resource) == (SESSION, "s3:GetObject", OBJECT)
    assert (denial.layer, denial.kind) == (None, UNKNOWN)


def test_a_resource_whose_end_nobody_knows_is_left_out() -> None:
    denial = read(f"{USER}{ON} as seen from the moon")
    assert (denial.recognised, denial.action, denial.resource) == (False, "s3:GetObject", None)


def test_a_part_that_the_cut_goes_through_is_left_out() -> None:
    policy = "arn:aws:organizations::1:policy/o-x/s/p-1"
    whole = f"{USER}{ON} with an explicit deny in a service control policy: {policy}{DETAILS}"
    for length in range(1, len(whole)):
        denial = read(whole[:length] + "...")
        assert denial.cut
        assert denial.principal in (None, SESSION)
        assert denial.action in (None, "s3:GetObject")
        assert denial.resource in (None, OBJECT)
        assert denial.layer in (None, "scp")
        assert denial.policy_arn in (None, policy)
        assert denial.authorization_id in (None, "0abc9")
    assert read(whole[: len(USER) + len(ON)] + "...").resource is None
    assert not read(whole).cut


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ('"arn:aws:s3:::data/k"', "k"),
        ('"arn:aws:s3:::data/k\\"', "k\\"),
        ('\\"arn:aws:s3:::data/k\\"', "k"),
        ('"arn:aws:s3:::data/"k""', '"k"'),
    ],
    ids=["plain", "key-ends-in-backslash", "inside-json", "key-in-quotes"],
)
def test_a_quoted_resource_loses_its_own_marks_and_nothing_else(printed: str, key: str) -> None:
    user = "arn:aws:iam::111122223333:user/ana"
    denial = read_denial(f"User: {user} is not authorized to perform: s3:GetObject on resource: {printed}")
    assert denial.resource == f"arn:aws:s3:::data/{key}"
