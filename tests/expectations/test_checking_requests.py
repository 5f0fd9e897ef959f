"""Which actions, resources and values a sentence is asked about, and what is wrong with words that stand for none."""

from __future__ import annotations

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.expectations.results import Standing
from policysim.language.patterns import resource_matches
from policysim.language.request import ABSENT
from tests.expectations.small_accounts import (
    ACCOUNT,
    BUCKET,
    OTHER,
    account,
    allow,
    answers,
    checked,
    codes,
    deny,
    standing_alone,
    told,
)

PLAIN = account(roles={"app": [allow("s3:*")], "app-b": []}, users={"ana": []}, resources={BUCKET: None})


def asked_on(text: str, organisation: object = PLAIN) -> list[str]:
    return [one.request.resource.arn for one in answers(text, organisation)]  # type: ignore[arg-type]  # an account or several


class TestActions:
    """A wildcard stands for every action of the catalogue that it matches."""

    def test_a2_every_action_that_matches_is_asked(self) -> None:
        found = {one.request.action for one in answers(f"role/app can s3:Get*Acl on {BUCKET}, {BUCKET}/x", PLAIN)}
        wanted = {name for name in CATALOGUE.actions_matching("s3:Get*Acl") if "Bucket" in name or "Object" in name}
        assert found == wanted

    def test_r16_an_action_is_asked_only_on_resources_that_it_works_on(self) -> None:
        found = answers(f"role/app can s3:* on {BUCKET}, {BUCKET}/x", PLAIN)
        assert len(found) > 50
        assert all(CATALOGUE.works_on(one.request.action, one.request.resource.arn) for one in found)

    def test_r2_an_action_without_resource_is_asked_with_a_star_and_only_where_the_sentence_says_star(self) -> None:
        assert asked_on("role/app can s3:ListAllMyBuckets on *") == ["*"]
        listed = {one.request.action for one in answers(f"role/app can s3:List* on {BUCKET}", PLAIN)}
        assert "s3:ListAllMyBuckets" not in listed
        assert "s3:ListBucket" in listed

    @pytest.mark.parametrize(
        ("action", "says"),
        [
            ("s3:GetObjct", "did you mean `s3:GetObject`"),
            ("s4:GetObject", "AWS has no service `s4`"),
            ("GetObject", "is no action: expected one such as `s3:GetObject`"),
            ("s3:", "AWS has no action `s3:`"),
        ],
    )
    def test_a9_an_action_that_aws_does_not_have_breaks_the_sentence(self, action: str, says: str) -> None:
        result = checked(f"role/app can {action} on {BUCKET}/x", PLAIN)
        assert result.standing is Standing.BROKEN
        assert codes(result) == ["unknown-action"]
        assert says in told(result)

    def test_a_wildcard_that_matches_no_action_is_worth_a_warning(self) -> None:
        result = checked(f"role/app cannot s3:Fetch* on {BUCKET}/x", PLAIN)
        assert codes(result) == ["matches-nothing", "never-fails"]

    def test_r16_a_named_action_on_a_resource_that_it_does_not_work_on_breaks_the_sentence(self) -> None:
        result = checked(f"role/app can s3:GetObject on {BUCKET}", PLAIN)
        assert result.standing is Standing.BROKEN
        assert "`s3:GetObject` does not work on `arn:aws:s3:::data` it works on `arn:aws:s3:::*/*`" in told(result)
        nowhere = checked(f"role/app can s3:ListAllMyBuckets on {BUCKET}", PLAIN)
        assert "write `s3:ListAllMyBuckets on *`" in told(nowhere)

    def test_r16_a_named_resource_that_no_action_works_on_breaks_the_sentence(self) -> None:
        result = checked(f"role/app can s3:GetObject on {BUCKET}/x, role/app-b", PLAIN)
        assert result.standing is Standing.BROKEN
        assert "no action of the sentence works on `role/app-b`" in told(result)

    def test_r16_under_a_wildcard_it_is_worth_a_warning(self) -> None:
        result = checked(f"role/app can s3:Get* on {BUCKET}/x, role/app-b when aws:SourceVpce absent", PLAIN)
        assert codes(result) == ["matches-nothing"]


class TestListing:
    """``s3:ListBucket`` on a part of a bucket."""

    READER = account(
        roles={"r": [allow("s3:ListBucket", BUCKET, Condition={"StringLike": {"s3:prefix": "reports/*"}})]},
        resources={BUCKET: None},
    )

    def test_it_is_the_bucket_with_a_prefix(self) -> None:
        found = answers(f"role/r can s3:ListBucket on {BUCKET}/reports/*", self.READER)
        assert {one.request.resource.arn for one in found} == {BUCKET}
        prefixes = {one.request.context.get("s3:prefix") for one in found}
        assert prefixes
        assert all(isinstance(value, tuple) and value[0].startswith("reports/") for value in prefixes)

    @pytest.mark.parametrize(
        ("keys", "standing"),
        [
            ("reports/*", Standing.MET),
            ("reports/2026/*", Standing.MET),
            ("*", Standing.UNMET),
            ("secret/*", Standing.UNMET),
        ],
    )
    def test_it_holds_for_every_prefix_that_fits(self, keys: str, standing: Standing) -> None:
        assert checked(f"role/r can s3:ListBucket on {BUCKET}/{keys}", self.READER).standing is standing

    def test_what_the_sentence_says_of_the_prefix_stands(self) -> None:
        found = answers(f"role/r can s3:ListBucket on {BUCKET}/x/* when s3:prefix = y", self.READER)
        assert [one.request.context.get("s3:prefix") for one in found] == [("y",)]


class TestResources:
    """A wildcard stands for the resources at hand that match, and for made-up ones beside every line."""

    LISTED = account(
        roles={"app": [allow("sqs:SendMessage", [f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders-*"])], "app-b": []},
        resources={f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{name}": None for name in ("orders-1", "invoices")},
    )

    def test_every_resource_at_hand_that_matches_is_asked(self) -> None:
        found = asked_on(f"role/app can sqs:SendMessage on arn:aws:sqs:eu-west-1:{ACCOUNT}:*", self.LISTED)
        assert {f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{name}" for name in ("orders-1", "invoices")} <= set(found)
        assert set(asked_on("role/app can iam:GetRole on role/app*", self.LISTED)) >= {
            f"arn:aws:iam::{ACCOUNT}:role/app",
            f"arn:aws:iam::{ACCOUNT}:role/app-b",
        }

    def test_every_pattern_that_overlaps_the_word_has_one_inside_and_one_beside_it(self) -> None:
        word, line = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:*", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders-*"
        found = asked_on(f"role/app can sqs:SendMessage on {word}", self.LISTED)
        made_up = [arn for arn in found if not arn.endswith((":orders-1", ":invoices"))]
        assert any(resource_matches(line, arn).matches for arn in made_up)
        assert any(not resource_matches(line, arn).matches for arn in made_up)
        assert all(resource_matches(word, arn).matches for arn in found)
        assert len(found) == len(set(found))

    def test_a_pattern_inside_another_does_not_hide_what_lies_between(self) -> None:
        """Beside the Deny is not on the Allow, and the shortest text on the Allow is on the Deny."""
        between = account(
            roles={"app": [allow("s3:GetObject", f"{BUCKET}/a*"), deny("s3:GetObject", f"{BUCKET}/ax*")]},
            resources={BUCKET: None},
        )
        assert checked(f"role/app cannot s3:GetObject on {BUCKET}/*", between).standing is Standing.UNMET

    def test_v4_variables_are_replaced_as_far_as_they_are_known(self) -> None:
        home = account(
            users={"ana": [allow("s3:GetObject", f"{BUCKET}/home/${{aws:username}}/*")]}, resources={BUCKET: None}
        )
        found = asked_on(f"user/ana cannot s3:GetObject on {BUCKET}/home/*", home)
        assert f"{BUCKET}/home/ana/x" in found
        assert checked(f"user/ana cannot s3:GetObject on {BUCKET}/home/*", home).standing is Standing.UNMET
        assert checked(f"user/ana can s3:GetObject on {BUCKET}/home/ana/*", home).standing is Standing.MET

    def test_patterns_of_resource_policies_draw_lines_too(self) -> None:
        shared = account(
            roles={"app": [allow("s3:GetObject")]},
            resources={BUCKET: [{**deny("s3:GetObject", f"{BUCKET}/secret/*"), "Principal": "*"}]},
        )
        assert f"{BUCKET}/secret/x" in asked_on(f"role/app can s3:GetObject on {BUCKET}/*", shared)
        assert checked(f"role/app can s3:GetObject on {BUCKET}/*", shared).standing is Standing.UNMET

    def test_a_word_with_a_region_of_its_own_is_asked_there(self) -> None:
        found = asked_on(f"role/app can sqs:SendMessage on arn:aws:sqs:ap-south-1:{ACCOUNT}:*", self.LISTED)
        assert found == [f"arn:aws:sqs:ap-south-1:{ACCOUNT}:x"]

    def test_the_region_that_is_stated_is_that_of_made_up_resources(self) -> None:
        found = asked_on("role/app can sqs:SendMessage on * when aws:RequestedRegion = sa-east-1", self.LISTED)
        assert f"arn:aws:sqs:sa-east-1:{ACCOUNT}:x" in found

    def test_made_up_resources_are_those_of_the_callers_account(self) -> None:
        two = standing_alone(account(roles={"a": [allow("sqs:*")]}), account(OTHER, roles={"b": [allow("sqs:*")]}))
        found = answers("role/a, role/b can sqs:SendMessage on *", two)
        assert {(one.caller, one.request.resource.arn.split(":")[4]) for one in found} == {
            ("role/a", ACCOUNT),
            ("role/b", OTHER),
        }

    def test_a_made_up_bucket_has_no_policy_and_one_that_is_named_has_one_that_nobody_collected(self) -> None:
        partly = account(roles={"app": [allow("s3:*")]}, resources={BUCKET: None}, complete=frozenset())
        assert checked("role/app can s3:GetObject on arn:aws:s3:::*", partly).standing is Standing.MET
        assert checked("role/app can s3:GetObject on arn:aws:s3:::named/*", partly).standing is Standing.UNDECIDED

    def test_s22_a_made_up_key_has_the_key_policy_that_aws_gives_it(self) -> None:
        admin = account(roles={"admin": [allow("*")]})
        assert checked("role/admin cannot kms:DisableKey on *", admin).standing is Standing.UNMET

    def test_samples_are_the_same_every_time(self) -> None:
        assert asked_on("role/app can s3:* on *") == asked_on("role/app can s3:* on *")

    @pytest.mark.parametrize(
        ("word", "code", "says"),
        [
            ("data/x", "unknown-resource", "expected an ARN, `*`, or `role/NAME`"),
            ("data/x", "unknown-resource", "did you mean `arn:aws:s3:::data/x`?"),
            ("s3://data/x", "unknown-resource", "write `arn:aws:s3:::BUCKET`"),
            ("arn:aws:s3:data", "unknown-resource", "six parts"),
            ("role/ap-b", "unknown-resource", "did you mean `app-b`"),
            ("role/nothing-like-it", "unknown-resource", "that is yet to be made is named by its ARN"),
        ],
    )
    def test_a_word_that_is_no_resource_breaks_the_sentence(self, word: str, code: str, says: str) -> None:
        result = checked(f"role/app cannot iam:GetRole on {word}", PLAIN)
        assert result.standing is Standing.BROKEN
        assert codes(result) == [code]
        assert says in told(result)

    def test_a_name_of_several_accounts_breaks_the_sentence(self) -> None:
        two = standing_alone(account(roles={"a": []}), account(OTHER, roles={"a": [], "b": []}))
        result = checked("role/b cannot iam:GetRole on role/a", two)
        assert codes(result) == ["ambiguous-name"]
        assert f"`{ACCOUNT}:role/a`, `{OTHER}:role/a`" in told(result)
        assert checked(f"role/b cannot iam:GetRole on {ACCOUNT}:role/a", two).standing is Standing.MET

    def test_a_name_in_every_account_is_each_of_them(self) -> None:
        two = standing_alone(account(roles={"a": [], "c": []}), account(OTHER, roles={"a": [], "b": []}))
        found = asked_on("role/b cannot iam:GetRole on *:role/a", two)
        assert found == [f"arn:aws:iam::{ACCOUNT}:role/a", f"arn:aws:iam::{OTHER}:role/a"]
        assert codes(checked("role/b cannot iam:GetRole on *:role/x", two)) == ["unknown-resource"]

    def test_a_star_does_not_make_every_resource_one_that_is_copied(self) -> None:
        """AWS Backup copies resources of many services, whose ARNs have any form."""
        found = asked_on("role/app cannot backup:* on *", self.LISTED)
        assert not [arn for arn in found if arn.startswith(("arn:aws:sqs", "arn:aws:iam"))]

    def test_whether_something_was_sampled_is_told(self) -> None:
        assert checked(f"role/app can s3:GetObject on {BUCKET}/*", PLAIN).sampled
        assert not checked(f"role/app can s3:GetObject on {BUCKET}/x", PLAIN).sampled
        assert not checked("role/app can s3:ListAllMyBuckets on *", PLAIN).sampled
        assert checked(f"role/app can s3:GetObject on {BUCKET}/x when aws:UserAgent like cli*", PLAIN).sampled


class TestContexts:
    """``when``."""

    TAGGED = account(
        roles={"app": [allow("s3:PutObject", Condition={"StringLike": {"aws:RequestTag/team": ["data-*"]}})]},
        resources={BUCKET: None},
    )
    SENTENCE = f"role/app can s3:PutObject on {BUCKET}/x when"

    @pytest.mark.parametrize(
        ("conditions", "standing"),
        [
            ("aws:RequestTag/team = data-x", Standing.MET),
            ("aws:RequestTag/team = data-x, ops", Standing.UNMET),
            ("aws:RequestTag/team like data-*", Standing.MET),
            ("aws:RequestTag/team like data*", Standing.UNMET),
            ("aws:RequestTag/team like data-x*, data-y", Standing.MET),
            ("aws:RequestTag/team absent", Standing.UNMET),
        ],
    )
    def test_it_holds_for_every_value(self, conditions: str, standing: Standing) -> None:
        assert checked(f"{self.SENTENCE} {conditions}", self.TAGGED).standing is standing

    def test_every_value_of_a_pattern_that_policies_compare_with_has_one_inside_and_one_beside_it(self) -> None:
        found = answers(f"{self.SENTENCE} aws:RequestTag/team like *", self.TAGGED)
        values = [one.request.context.get("aws:RequestTag/team") for one in found]
        assert any(isinstance(value, tuple) and value[0].startswith("data-") for value in values)
        assert any(isinstance(value, tuple) and not value[0].startswith("data-") for value in values)

    def test_every_combination_is_asked(self) -> None:
        found = answers(
            f"{self.SENTENCE} aws:RequestTag/team = a, b and aws:SourceIp = 192.0.2.1, 192.0.2.2"
            " and aws:Referer absent",
            self.TAGGED,
        )
        assert len(found) == 4
        assert all(one.request.context.get("aws:referer") is ABSENT for one in found)

    def test_given_conditions_hold_and_those_of_other_services_are_no_mistake(self) -> None:
        from policysim.expectations.checking import Checker  # noqa: PLC0415  # this one test has two sentences
        from tests.expectations.small_accounts import sentences  # noqa: PLC0415  # beside it

        text = f"given aws:RequestTag/team = data-x and kms:ViaService = a\nrole/app can s3:PutObject on {BUCKET}/x"
        (sentence,) = sentences(text)
        assert Checker(standing_alone(self.TAGGED)).check(sentence).standing is Standing.MET

    @pytest.mark.parametrize(
        ("conditions", "code", "says"),
        [
            ("aws:SourceIpp = 192.0.2.1", "unknown-key", "did you mean `aws:SourceIp`"),
            ("kms:ViaService = a", "unknown-key", "no request to `s3` has it"),
            ("SourceIp = a", "unknown-key", "those are `service:Key`"),
            ("aws:RequestTag/ = a", "unknown-key", "write `aws:RequestTag/TAG`"),
            ("aws:SourceIp = 192.0.2.0/24", "wrong-value", "expected one address"),
            ("aws:SecureTransport = yes", "wrong-value", "expected `true` or `false`"),
            ("aws:MultiFactorAuthAge = old", "wrong-value", "expected a number"),
            ("aws:CurrentTime = tomorrow", "wrong-value", "expected a time"),
            ("aws:SourceIp like 10.*", "wrong-value", "`aws:SourceIp` is an address"),
        ],
    )
    def test_c66_a_key_or_value_that_there_is_not_breaks_the_sentence(
        self, conditions: str, code: str, says: str
    ) -> None:
        result = checked(f"{self.SENTENCE} {conditions}", self.TAGGED)
        assert result.standing is Standing.BROKEN
        assert codes(result) == [code]
        assert says in told(result)

    def test_a_key_that_follows_from_the_caller_and_is_stated_otherwise_is_worth_a_warning(self) -> None:
        result = checked(f"{self.SENTENCE} aws:PrincipalAccount = {OTHER}", self.TAGGED)
        assert codes(result) == ["never-happens"]
        assert f"`aws:PrincipalAccount` of `role/app` is `{ACCOUNT}`" in told(result)
        assert codes(checked(f"{self.SENTENCE} aws:PrincipalAccount = {ACCOUNT}", self.TAGGED)) == []


class TestBounds:
    """Sentences that stand for too many requests, or for none."""

    def test_a_sentence_beyond_the_limit_is_broken_and_says_how_many_requests_there_are(self) -> None:
        result = checked(f"role/app, role/app-b can s3:* on {BUCKET}/x", PLAIN, limit=10)
        assert result.standing is Standing.BROKEN
        assert codes(result) == ["too-many-requests"]
        assert "at least 11 requests, and no more than 10 are asked: 2 principals" in told(result)
        assert "name fewer" in told(result)

    def test_everything_on_everything_is_told_at_once(self) -> None:
        many = account(roles={f"r{number}": [] for number in range(20)})
        result = checked("nobody can * on *", many)
        assert codes(result) == ["too-many-requests"]
        assert result.asked == 0

    def test_a_sentence_at_the_limit_is_asked(self) -> None:
        assert checked(f"role/app, role/app-b cannot s3:GetObject on {BUCKET}/x", PLAIN, limit=2).asked == 2

    def test_many_values_are_bounded_too(self) -> None:
        keys = " and ".join(f"aws:RequestTag/k{number} = {','.join('abcdefgh')}" for number in range(12))
        result = checked(f"role/app can s3:PutObject on {BUCKET}/x when {keys}", PLAIN, limit=1000)
        assert codes(result) == ["too-many-requests"]

    def test_a_sentence_that_stands_for_no_request_can_never_fail(self) -> None:
        result = checked(f"role/none-* cannot s3:GetObject on {BUCKET}/x", PLAIN)
        assert result.standing is Standing.MET
        assert codes(result) == ["matches-nothing", "never-fails"]

    def test_a_pack_may_speak_of_what_an_account_does_not_have(self) -> None:
        from policysim.expectations.checking import Checker  # noqa: PLC0415  # a sentence of another source
        from policysim.expectations.reading import read_expectations  # noqa: PLC0415  # beside it
        from policysim.language.source import Source  # noqa: PLC0415  # beside it

        (sentence,) = read_expectations(Source("pack:x", f"role/none-* cannot s3:GetObject on {BUCKET}/x")).lines
        result = Checker(standing_alone(PLAIN)).check(sentence)  # type: ignore[arg-type]  # an expectation
        assert (result.standing, result.asked, result.problems) == (Standing.MET, 0, ())

    def test_e41_a_call_that_no_policy_decides_can_never_fail(self) -> None:
        assert codes(checked("role/app can sts:GetCallerIdentity on *", PLAIN)) == ["never-fails"]
        assert codes(checked("role/app cannot sts:GetSessionToken on *", PLAIN)) == ["never-fails"]
        assert codes(checked("role/app can s3:ListAllMyBuckets on *", PLAIN)) == []

    def test_five_shortfalls_are_kept_of_different_callers_and_actions_first(self) -> None:
        result = checked(f"role/app, root cannot s3:* on {BUCKET}/x, {BUCKET}/y", PLAIN)
        assert result.short > 5
        assert len(result.shortfalls) == 5
        assert len({(one.answer.caller, one.answer.request.action) for one in result.shortfalls}) == 5

    def test_what_is_decided_is_told_before_what_is_open(self) -> None:
        open_first = account(
            roles={
                "a": [allow("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "true"}})],
                "b": [allow("s3:GetObject")],
            },
            resources={BUCKET: None},
        )
        result = checked(f"role/a, role/b cannot s3:GetObject on {BUCKET}/x", open_first)
        assert result.standing is Standing.UNMET
        assert [one.undecided for one in result.shortfalls] == [False, True]
