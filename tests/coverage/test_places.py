"""Names of documents and statements are the same in every process, and tell edited statements apart."""

from __future__ import annotations

import json

import pytest

from policysim.coverage.places import file_named, in_order, place_of, statement_key
from policysim.language.embedding import embedded_source
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Location, Origin, Source
from tests.account_folders import allow


@pytest.mark.parametrize(
    ("name", "root", "shown"),
    [
        ("acme/../acme/./x.json", "", "acme/x.json"),
        ("/repo/acme/x.json", "/repo", "acme/x.json"),
        ("/repo/acme/x.json", "/repo/", "acme/x.json"),
        ("/repository/x.json", "/repo", "/repository/x.json"),
        ("acme\\x.json", "", "acme/x.json"),
    ],
)
def test_a_file_has_one_name(name: str, root: str, shown: str) -> None:
    assert file_named(name, root) == shown


def test_a_document_in_a_string_has_the_place_of_the_string() -> None:
    outer = Source("policies.json", json.dumps({"a/b": json.dumps(allow())}))
    text = json.loads(outer.text)["a/b"]
    inner = embedded_source(text, Location(outer, ("a/b",)))
    statement = parse_policy(inner, PolicyType.IDENTITY).statements[0]
    assert str(place_of(statement.location)) == "policies.json#/a~1b /Statement/0"


def test_a_document_that_was_cut_out_of_a_text_has_the_place_where_it_begins() -> None:
    outer = Source("template.yaml", "Statement: ...")
    inner = Source("template.yaml", json.dumps(allow()), Origin(outer, [7] * 500))
    assert str(place_of(parse_policy(inner, PolicyType.IDENTITY).location)) == "template.yaml#@7"


def test_documents_are_in_the_order_of_their_lists() -> None:
    places = [place_of(Location(Source("a", ""), ("Roles", number))) for number in (10, 9, 1)]
    assert [place.pointer for place in sorted(places, key=in_order)] == ["/Roles/1", "/Roles/9", "/Roles/10"]


def test_an_edited_statement_has_another_key_and_one_read_again_the_same() -> None:
    def key(action: str) -> str:
        return statement_key(parse_policy(Source("a", json.dumps(allow(action))), PolicyType.IDENTITY).statements[0])

    assert key("s3:GetObject") == key("s3:GetObject")
    assert key("s3:GetObject") != key("s3:PutObject")
    assert key("s3:GetObject").startswith("a#/Statement/0 ")
