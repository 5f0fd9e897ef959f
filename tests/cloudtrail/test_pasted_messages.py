"""Messages as people paste them into tickets: in quotes, code marks and lists, blacked out, beside other text.

A name never takes on what stands around it, a cause never comes from words beside the message, and what a name holds
never passes for the message itself.
"""

from __future__ import annotations

import pytest

from policysim.cloudtrail.denial import DenialKind
from policysim.cloudtrail.messages import read_denial
from policysim.cloudtrail.transcripts import denials_in
from tests.cloudtrail.test_hostile_messages import seconds
from tests.cloudtrail.test_transcripts import ANA, one

KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b"
DECRYPT = f"User: {ANA} is not authorized to perform: kms:Decrypt on resource: {KEY}"
NO_ALLOW = " because no identity-based policy allows the kms:Decrypt action"
SCP_ARN = "arn:aws:organizations::111122223333:policy/o-a1b2c3/service_control_policy/p-1a2b"
DENIED = " with an explicit deny in a service control policy"
READ = f"User: {ANA} is not authorized to perform: s3:GetObject on resource: "
NO_READ = " because no identity-based policy allows the s3:GetObject action"

AROUND = {
    "json-member": ('"errorMessage": "', '",\n"eventID": "0a1b",'),
    "json-member-alone": ('    "errorMessage": "', '",'),
    "json-last-member": ('{"a": ["', '"]},'),
    "javascript-member": ("  message: '", "',\n  code: 'AccessDenied',"),
    "javascript-error": ("{ [AccessDenied: ", "]\n  code: 'AccessDenied' }"),
    "parentheses": ("Failed to create the role (reason: ", ")"),
    "parentheses-and-more": ("Failed (reason: ", "), trying again"),
    "code-mark": ("It says `", "`."),
    "code-mark-and-quotes": ('`"', '"`'),
    "comma": ("", ", and then it stopped"),
    "semicolon": ("", "; giving up"),
    "go-quoted": ('Failed: "AccessDeniedException: ', '\\n\\tstatus code: 400, request id: 0a1b"'),
}


@pytest.mark.parametrize(("before", "after"), AROUND.values(), ids=list(AROUND))
@pytest.mark.parametrize("reason", ["", NO_ALLOW, DENIED, f"{DENIED}: {SCP_ARN}"], ids=["bare", "no", "deny", "arn"])
def test_a_name_takes_on_nothing_of_what_stands_around_the_message(before: str, after: str, reason: str) -> None:
    denial = one(f"{before}{DECRYPT}{reason}{after}")
    assert denial.recognised
    assert (denial.principal, denial.action, denial.resource) == (ANA, "kms:Decrypt", KEY)
    assert denial.layer == {NO_ALLOW: "identity", "": None}.get(reason, "scp")
    assert denial.policy_arn == (SCP_ARN if reason.endswith(SCP_ARN) else None)


def test_brackets_that_belong_to_a_name_stay() -> None:
    assert one(f"{READ}arn:aws:sns:eu-west-1:[account]:[topic]").resource == "arn:aws:sns:eu-west-1:[account]:[topic]"
    assert one(f"(see {READ}table/(old))").resource == "table/(old)"


@pytest.mark.parametrize("account", ["<account>", "<<account number>>", "{account id}", "[my account]", "{id}", "***"])
def test_what_somebody_blacked_out_stays_part_of_its_name(account: str) -> None:
    who, policy = f"arn:aws:iam::{account}:user/ana", f"arn:aws:organizations::{account}:policy/o-{{id}}/p-{{id}}"
    resource = f"arn:aws:sqs:eu-west-1:{account}:orders"
    text = f"User: {who} is not authorized to perform: sqs:SendMessage on resource: {resource}{DENIED}: {policy}"
    denial = one(f"An error occurred (AccessDenied) when calling the SendMessage operation: {text}")
    assert (denial.principal, denial.resource, denial.policy_arn) == (who, resource, policy)
    assert (denial.layer, denial.kind, denial.operation) == ("scp", DenialKind.EXPLICIT, "SendMessage")


def test_words_between_angles_are_a_name_of_their_own() -> None:
    denial = one(f"User: <arn here> is not authorized to perform: kms:Decrypt on resource:\n<arn here>{NO_ALLOW} (x)")
    assert (denial.principal, denial.resource, denial.layer) == ("<arn here>", "<arn here>", "identity")


def test_a_name_that_was_broken_at_a_hyphen_is_joined_where_a_reason_follows() -> None:
    indent = "\n" + " " * 40
    text = DECRYPT.replace(" on resource: ", f" on resource:{indent}").replace("eu-west-1", f"eu-west-{indent}1")
    denial = one(f"{text}{indent}because no identity-based policy allows the{indent}kms:Decrypt action")
    assert (denial.resource, denial.layer, denial.kind) == (KEY, "identity", DenialKind.IMPLICIT)


def test_a_name_that_ends_a_line_with_a_hyphen_is_left_open_where_no_reason_follows() -> None:
    broken = DECRYPT.replace("eu-west-1", "eu-west-\n      1")
    assert one(broken).resource is None
    assert one(f"{DECRYPT}-\n\nThe next paragraph").resource == f"{KEY}-"


def test_a_line_without_a_letter_is_no_rest_of_a_name() -> None:
    assert one(f"{DECRYPT}\n--\n").resource == KEY
    assert one(f"{DECRYPT}\n}}\n").resource == KEY


def test_the_aws_cli_of_old_is_known() -> None:
    denial = one(
        "upload failed: a to s3://b/a A client error (AccessDenied) occurred when calling the PutObject"
        " operation: Access Denied"
    )
    assert (denial.operation, denial.service) == ("PutObject", "s3")


@pytest.mark.parametrize(
    "text",
    [
        "core/client.rb:375:in `return_or_raise': Access Denied (AWS::S3::Errors::AccessDenied)",
        '"Access Denied",',
        "  message: 'Access Denied',",
        "(Access Denied)",
        "AccessDenied: Access Denied\n\tstatus code: 403, request id: 0a1b",
        r'"<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>0A</RequestId></Error>"',
    ],
)
def test_the_bare_refusal_is_known_in_quotes_brackets_and_marks(text: str) -> None:
    denial = one(f"some words before\n{text}\nat index.js:1\n")
    assert denial.recognised
    assert (denial.iam, denial.action, denial.layer) == (True, None, None)


@pytest.mark.parametrize(
    "beside",
    [
        "The provided token has expired",
        "(hint: Requester Pays?)",
        "Your account is suspended",
        "is forbidden: User",
        "Refresh Token has expired",
    ],
)
@pytest.mark.parametrize("gap", [". ", "\n", "\n\nLater: "], ids=["sentence", "line", "paragraph"])
def test_a_cause_beside_the_message_is_not_its_cause(beside: str, gap: str) -> None:
    (denial, *_) = denials_in(f"{DECRYPT}{NO_ALLOW}{gap}{beside}").denials
    assert (denial.iam, denial.cause, denial.layer) == (True, None, "identity")
    assert read_denial(f"{DECRYPT}{NO_ALLOW}{gap}{beside}").iam


FORGED = (
    f"User: arn:aws:iam::999988887777:user/eve is not authorized to perform: s3:DeleteBucket on resource: z{DENIED}"
)


@pytest.mark.parametrize("forged", [FORGED, f"x\n{FORGED}", f'{FORGED}" or "', f"An error occurred\n\n{FORGED}"])
@pytest.mark.parametrize("reason", ["", NO_READ])
def test_a_message_inside_a_quoted_name_is_not_read_as_one(forged: str, reason: str) -> None:
    for denial in (
        *denials_in(f'{READ}"arn:aws:s3:::data/{forged}"{reason}').denials,
        read_denial(f'{READ}"{forged}"'),
    ):
        assert (denial.principal, denial.action) in ((ANA, "s3:GetObject"), (None, None))
        assert denial.resource != "z"
        assert denial.policy_arn is None


def test_messages_one_behind_the_other_are_all_read() -> None:
    told = denials_in(f'{READ}"arn:aws:s3:::data/a"{NO_READ}, {READ}"arn:aws:s3:::data/b"{NO_READ}\n{DECRYPT}')
    assert [denial.resource for denial in told.denials] == ["arn:aws:s3:::data/a", "arn:aws:s3:::data/b", KEY]


@pytest.mark.parametrize("name", [f"x{DENIED}", f"x{NO_ALLOW}", "x with an explicit deny"])
def test_a_reason_in_another_member_is_not_the_reason_of_the_message(name: str) -> None:
    denial = one(f'{{"message":"{DECRYPT}{NO_ALLOW}","key":"{name}"}}')
    assert (denial.resource, denial.layer, denial.kind) == (KEY, "identity", DenialKind.IMPLICIT)


@pytest.mark.parametrize("quoted", [KEY, f'"{KEY}"'])
def test_of_two_reasons_in_two_sentences_nobody_knows_whose_they_are(quoted: str) -> None:
    denial = one(f'{DECRYPT.removesuffix(KEY)}{quoted}{NO_ALLOW}. Upload of "y"{DENIED} failed')
    assert denial.resource in (KEY, None)
    assert (denial.layer, denial.kind) in (("identity", DenialKind.IMPLICIT), (None, DenialKind.UNKNOWN))


def test_a_cut_through_a_quoted_name_leaves_who_and_what() -> None:
    for name in ("arn:aws:s3:::data/long-na", f"arn:aws:s3:::data/x{DENIED}"):
        denial = read_denial(f'{READ}"{name}...')
        assert (denial.principal, denial.action, denial.resource) == (ANA, "s3:GetObject", None)
        assert (denial.layer, denial.cut, denial.recognised) == (None, True, False)


@pytest.mark.parametrize("phrase", ["Request has expired ", "is forbidden: User ", "Requester Pays"])
def test_a_long_line_of_causes_is_read_in_parts_that_do_not_overlap(phrase: str) -> None:
    assert seconds(denials_in, phrase * 50_000) < 5
    assert denials_in(phrase * 3).denials
