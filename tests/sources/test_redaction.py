"""An account folder with pseudonyms: nothing of its owner is left, and every decision is the same."""

from __future__ import annotations

import ipaddress
import json
import random
import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policysim.sources.errors import InputError
from policysim.sources.given_folder import files_of
from policysim.sources.organization_folder import read_organisation
from policysim.sources.own_folder import read_own_folder
from policysim.sources.redaction import Redaction, new_secret, secret_in
from policysim.sources.redaction_addresses import redacted_address
from policysim.sources.redaction_cuts import Cuts, Run
from tests.account_folders import write_folder
from tests.redacted_requests import answer_of, redacted_request, requests_of

if TYPE_CHECKING:
    from policysim.account.account import Organisation

ACME = Path(__file__).parents[2] / "policies" / "acme"
SECRET = b"a secret of the tests, 32 bytes."
CONTEXT = {
    "aws:SourceIp": "203.0.113.7",
    "aws:RequestedRegion": "eu-west-1",
    "aws:SecureTransport": "true",
    "aws:SourceVpce": "vpce-0b7e4f1a9c2d38565",
    "aws:PrincipalTag/Team": "checkout",
    "sts:ExternalId": "acme-ext",
    "s3:prefix": "issued/",
    "kms:ViaService": "s3.eu-west-1.amazonaws.com",
}


@cache
def acme() -> Redaction:
    return Redaction(files_of(read_own_folder(ACME)), SECRET)


def redaction_of(*patterns: str, **more: Any) -> Redaction:
    """A folder of one account whose one user may do anything on these resources."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": list(patterns), **more}
    policy = {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    user = {"UserName": "ana", "Arn": "arn:aws:iam::111122223333:user/ana", "UserPolicyList": [policy]}
    return Redaction({"authorization-details.json": {"UserDetailList": [user]}}, SECRET)


def document_of(redaction: Redaction) -> dict[str, Any]:
    user = redaction.files["authorization-details.json"]["UserDetailList"][0]
    return dict(user["UserPolicyList"][0]["PolicyDocument"]["Statement"][0])


def test_every_decision_about_the_sample_organisation_stays(tmp_path: Path) -> None:
    redaction = acme()
    assert redaction.faithful
    before: Organisation = read_organisation(ACME)
    after = read_organisation(write_folder(tmp_path / "shared", redaction.files))
    requests = list(requests_of(before, CONTEXT))
    random.Random(20261124).shuffle(requests)  # noqa: S311  # a sample, no secret
    allowed = 0
    for request in requests[:400]:
        answer = answer_of(request, before)
        assert answer_of(redacted_request(request, redaction), after) == answer, request
        allowed += answer[0].name == "ALLOWED"  # type: ignore[attr-defined]  # an effect
    assert allowed > 0


def test_nothing_of_the_sample_organisation_is_left() -> None:
    text = json.dumps(acme().files)
    names = "acme invoices invoicing checkout platform settlement supplier 111122223333 444455556666 555566667777"
    ids = "o-acme7example ou-ac3e 0b7e4f1a9c2d38565 1234abcd-12ab-34cd-56ef-1234567890ab database-a1b2c3"
    for name in (names + " " + ids).split():
        assert name in _everything(ACME), name
        assert name not in text.lower(), name


def _everything(folder: Path) -> str:
    return "\n".join(f"{path} {path.read_text()}" for path in folder.rglob("*.json")).lower()


def test_no_tag_no_id_and_no_address_is_left() -> None:
    text = json.dumps(acme().files)
    written = files_of(read_own_folder(ACME))
    tags = {
        value
        for path, file in written.items()
        if path.endswith("/tags.json") and isinstance(file, dict)
        for values in file.values()
        for value in values.values()
    }
    unique_ids = set(re.findall(r"\bA(?:IDA|ROA|GPA|NPA)[A-Z0-9]{8,}", json.dumps(written)))
    addresses = {
        found for found in re.findall(r"\d+\.\d+\.\d+\.\d+", json.dumps(written)) if not found.startswith("10.")
    }
    assert tags
    assert unique_ids
    assert addresses
    assert [one for one in tags | unique_ids | addresses if f'"{one}"' in text] == []


def test_words_of_aws_stay() -> None:
    redaction = acme()
    for kept in (
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "lambda.amazonaws.com",
        "s3.eu-west-1.amazonaws.com",
        "com.amazonaws.eu-west-1.s3",
        "eu-west-1",
        "FullAWSAccess",
        "token.actions.githubusercontent.com",
        "*",
        "arn:aws:s3:::*",
        "arn:aws:iam::*:role/*",
    ):
        assert redaction.name(kept) == kept


def test_a_bucket_in_the_name_of_a_host_is_no_word_of_aws() -> None:
    assert "acme" not in acme().name("acme-data.s3.eu-west-1.amazonaws.com")


def test_a_type_in_an_arn_stays_and_a_name_that_is_spelled_alike_does_not() -> None:
    redaction = acme()
    table = redaction.name("arn:aws:dynamodb:eu-west-1:111122223333:table/table")
    assert table.split(":")[5].startswith("table/")
    assert not table.endswith("/table")
    assert redaction.name("arn:aws:s3:::table/function").split(":")[5].split("/")[0] != "table"


def test_the_kind_of_an_id_stays() -> None:
    redaction = acme()
    for text, form in (
        ("AROAEXAMPLEID42:session", r"AROA[A-Z]{9}\d\d:[a-z]{7}"),
        ("vpce-0b7e4f1a9c2d38565", r"vpce-[0-9a-f]{17}"),
        ("o-acme7example/r-ac3e/ou-ac3e-2f6h8k1m/", r"o-\w{12}/r-\w{4}/ou-\w{4}-\w{8}/"),
        ("111122223333", r"\d{12}"),
    ):
        assert re.fullmatch(form, redaction.name(text))
        assert redaction.name(text) != text


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("acme-pr*", "acme-prod", "acme-test"),
        ("*-logs", "acme-logs", "acme-data"),
        ("*Admin", "NetworkAdmin", "NetworkReader"),
        ("a?me-data", "acme-data", "acre-dada"),
        ("acme*data*2026", "acme-old-data-x2026", "acme-old-dato-x2026"),
        ("pro*oda", "productoda", "prooga"),
        ("*ab*ba*", "xabyba", "xaba"),
    ],
)
def test_a_pattern_matches_what_it_matched(pattern: str, matching: str, other: str) -> None:
    redaction = redaction_of(f"arn:aws:s3:::{pattern}")
    new = str(document_of(redaction)["Resource"][0])
    assert new != f"arn:aws:s3:::{pattern}"
    assert fnmatchcase(redaction.name(f"arn:aws:s3:::{matching}"), new)
    assert fnmatchcase(f"arn:aws:s3:::{other}", f"arn:aws:s3:::{pattern}") == fnmatchcase(
        redaction.name(f"arn:aws:s3:::{other}"), new
    )


WORDS = st.text("abc", min_size=1, max_size=6)


@settings(max_examples=200)
@given(st.lists(st.tuples(WORDS, st.sampled_from(["{}*", "*{}", "*{}*", "{}"])), max_size=4), WORDS)
def test_a_cut_inside_of_a_part_of_a_pattern_is_the_same_wherever_the_part_stands(
    patterns: list[tuple[str, str]], word: str
) -> None:
    cuts = Cuts()
    for text, form in patterns:
        cuts.learn(Run(text, form.startswith("*"), form.endswith("*")))
    cuts.close()
    whole = _ends(cuts.pieces(Run(word)))
    for text, form in patterns:
        run = Run(text, form.startswith("*"), form.endswith("*"))
        inside = _ends(cuts.pieces(run))
        for at in (at for at in range(len(word)) if word.startswith(text, at)):
            stands = (at == 0 or run.open_left) and (at + len(text) == len(word) or run.open_right)
            if stands:
                assert {end - at for end in whole if at < end <= at + len(text)} == inside, (patterns, word)


def _ends(pieces: list[str]) -> set[int]:
    return {len("".join(pieces[: count + 1])) for count in range(len(pieces))}


NAMES = st.text("abpdAP01-_", min_size=1, max_size=8)
PATTERNS = st.text("abpdAP01-*?", min_size=1, max_size=8)


@settings(max_examples=200)
@given(st.lists(PATTERNS, min_size=1, max_size=4), st.lists(NAMES, min_size=1, max_size=6))
def test_patterns_and_names_match_alike_before_and_after(patterns: list[str], names: list[str]) -> None:
    redaction = redaction_of(*patterns, Condition={"StringEquals": {"aws:PrincipalTag/x": names}})
    if not redaction.faithful:  # it says so, where names are this short
        return
    statement = document_of(redaction)
    new_names = next(iter(statement["Condition"]["StringEquals"].values()))
    assert new_names == [redaction.name(name) for name in names]
    assert len(set(new_names)) == len(set(names))
    for pattern, new_pattern in zip(patterns, statement["Resource"], strict=True):
        for name, new_name in zip(names, new_names, strict=True):
            assert fnmatchcase(new_name, new_pattern) == fnmatchcase(name, pattern), (pattern, name)


@given(st.ip_addresses(v=4), st.ip_addresses(v=4), st.integers(0, 32))
def test_an_address_lies_in_a_range_as_before(
    one: ipaddress.IPv4Address, other: ipaddress.IPv4Address, size: int
) -> None:
    network = ipaddress.ip_network(f"{other}/{size}", strict=False)
    new_one = ipaddress.ip_address(redacted_address(str(one), SECRET) or "")
    new_network = ipaddress.ip_network(redacted_address(str(network), SECRET) or "", strict=False)
    assert (new_one in new_network) == (one in network)


def test_a_private_address_stays_private_and_the_open_range_stays_itself() -> None:
    assert redacted_address("0.0.0.0/0", SECRET) == "0.0.0.0/0"
    assert redacted_address("10.0.0.0/8", SECRET) == "10.0.0.0/8"
    inner = ipaddress.ip_address(redacted_address("192.168.17.4", SECRET) or "")
    assert inner in ipaddress.ip_network("192.168.0.0/16")
    assert str(inner) != "192.168.17.4"
    assert redacted_address("acme-1.2", SECRET) is None


def test_the_document_of_an_aws_managed_policy_stays_and_so_do_the_names_that_it_speaks_of() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::*-SageMaker-*"}
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": {"Statement": [statement]}}
    managed = {
        "PolicyName": "AmazonSageMakerFullAccess",
        "Arn": "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess",
        "PolicyVersionList": [version],
    }
    redaction = Redaction({"authorization-details.json": {"Policies": [managed]}}, SECRET)
    assert redaction.files["authorization-details.json"]["Policies"] == [managed]
    assert "-SageMaker-" in redaction.name("arn:aws:s3:::acme-SageMaker-models")
    assert "acme" not in redaction.name("arn:aws:s3:::acme-SageMaker-models")


def test_variables_stay_variables_and_their_tags_are_pseudonyms() -> None:
    redaction = redaction_of("arn:aws:s3:::data/${aws:PrincipalTag/Team, 'nobody'}/${aws:username}*")
    (new,) = document_of(redaction)["Resource"]
    team = redaction.key("aws:PrincipalTag/Team")
    assert f"${{{team}, '{redaction.name('nobody')}'}}" in new
    assert new.endswith("/${aws:username}*")
    assert "Team" not in new


def test_the_same_secret_gives_the_same_pseudonyms_and_another_one_others() -> None:
    files = {"account.json": {"account_id": "111122223333", "alias": "acme-prod"}}
    assert Redaction(files, SECRET).files == Redaction(files, SECRET).files
    assert Redaction(files, SECRET).files != Redaction(files, new_secret()).files


def test_a_tag_that_a_policy_compares_as_a_number_stays() -> None:
    redaction = redaction_of("*", Condition={"NumericLessThan": {"aws:ResourceTag/Level": "5"}})
    assert redaction.context_value("aws:ResourceTag/Level", "4") == "4"
    assert redaction.context_value("aws:ResourceTag/Team", "blue") != "blue"


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("too short\n")
    with pytest.raises(InputError, match="at least 16 characters, found 9"):
        secret_in(str(key))
    key.write_text("long enough to be a secret\n")
    assert secret_in(str(key)) == b"long enough to be a secret"


def test_keys_of_a_file_that_nobody_described_are_names() -> None:
    alias, key = (f"arn:aws:kms:eu-west-1:111122223333:{one}" for one in ("alias/acme", "key/1234abcd"))
    redaction = Redaction({"kms-aliases.json": {alias: key}, "new-part.json": {alias: {"acme-prod": 1}}}, SECRET)
    assert redaction.files["kms-aliases.json"] == {redaction.name(alias): redaction.name(key)}
    text = json.dumps(redaction.files)
    assert "111122223333" not in text
    assert "acme" not in text


def test_what_was_refused_stays_readable_and_names_in_it_do_not() -> None:
    gaps = [
        {"what": "queues of eu-west-1", "call": "sqs:ListQueues", "error": "AccessDenied"},
        {"what": "all of account 111122223333 (acme-prod)", "call": "sts:AssumeRole", "error": "AccessDenied"},
        {"what": "arn:aws:s3:::acme-prod", "call": "s3:GetBucketPolicy", "error": "said Acme"},
    ]
    files = {"collection.json": {"format": 1, "by": "policysim 1.2.3", "gaps": gaps, "note": "acme-prod"}}
    redaction = Redaction(files, SECRET)
    collection = redaction.files["collection.json"]
    assert collection["by"] == "policysim 1.2.3"
    assert collection["gaps"][0] == gaps[0]
    assert collection["gaps"][1]["what"].startswith("all of account ")
    assert collection["gaps"][2]["what"] == redaction.name("arn:aws:s3:::acme-prod")
    text = json.dumps(redaction.files).lower()
    assert "acme" not in text
    assert "111122223333" not in text


def test_capital_letters_hide_no_word_of_aws_where_case_does_not_count() -> None:
    redaction = redaction_of("arn:aws:iam::111122223333:user/ana", "vpce-0b7e4f1a9c2d38565")
    for text in ("arn:aws:iam::111122223333:user/ana", "vpce-0b7e4f1a9c2d38565", "o-acme7example"):
        assert redaction.name(text.upper()) == redaction.name(text).upper()
