"""What is said of one statement held against one request: element by element the reason, the place and both sides."""

from __future__ import annotations

from typing import Any

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide, lookup_of, question_of
from policysim.evaluation.decision import Effect, Outcome
from policysim.evaluation.facts import NO_FACTS
from policysim.evaluation.layers import LayerName
from policysim.evaluation.matching import Matched, Target, match_statement
from policysim.evaluation.principals import EVERYWHERE
from policysim.evaluation.reasons import Element, Reason
from policysim.evaluation.services import deviation_of
from policysim.evaluation.switches import DEFAULT_SWITCHES, Switches
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN
from policysim.language.request import Request, RequestContext
from tests.evaluation.building import allow, ask, document, policies
from tests.evaluation.callers import ACCOUNT, ALICE, OTHER

OPEN = RequestContext()
X = "arn:aws:s3:::data/x"
TEAM = "arn:aws:s3:::data/${aws:PrincipalTag/team}"
LIST_ALL = ("s3:ListAllMyBuckets", "*")


def on(*resources: str) -> dict[str, Any]:
    """An Allow of everything on several resources."""
    return {**allow(), "Resource": list(resources)}


def held(
    statement: dict[str, Any],
    request: Request,
    layer: LayerName = LayerName.IDENTITY,
    *,
    trace: bool = True,
    switches: Switches = DEFAULT_SWITCHES,
) -> Matched | None:
    attached = document(layer, statement)
    question = question_of(request, policies(), CATALOGUE, switches)
    lookup = lookup_of(request, deviation_of(request.action))
    asked = question._replace(lookup=lookup, everything=trace)
    return match_statement(attached.policy.statements[0], attached, layer, "node", asked)


def outcome(element: Element, statement: dict[str, Any], request: Request, **more: Any) -> Outcome:
    matched = held(statement, request, **more)
    assert matched is not None
    return next(one for one in matched.match.outcomes if one.element is element)


def test_r2_r3_the_target_of_an_action_without_resource_is_the_star() -> None:
    named = ask(action="s3:ListAllMyBuckets", resource=X)
    assert Target.of(named, CATALOGUE) == Target("*", needs_star=True, alias="arn:aws:s3:::*")
    assert Target.of(named, NO_FACTS) == Target(X, needs_star=False, alias=None)
    assert Target.of(ask(), CATALOGUE) == Target(X, needs_star=False, alias=None)


@pytest.mark.parametrize(
    ("patterns", "reason", "path", "wanted"),
    [
        ("s3:GetObject", None, ("Action",), "`s3:GetObject`"),
        (["ec2:*", "s3:Get*"], None, ("Action", 1), "`s3:Get*`"),
        (["ec2:*"], Reason.ACTION_OTHER, ("Action", 0), "`ec2:*`"),
        (["ec2:*", "sqs:*"], Reason.ACTION_OTHER, ("Action",), "`ec2:*`, `sqs:*`"),
        (["a:*", "b:*", "c:*"], Reason.ACTION_OTHER, ("Action",), "`a:*`, `b:*`, `c:*`"),
        (["a:*", "b:*", "c:*", "d:*"], Reason.ACTION_OTHER, ("Action",), "`a:*`, `b:*`, `c:*` and 1 more"),
        (["a:*", "b:*", "c:*", "d:*", "e:*"], Reason.ACTION_OTHER, ("Action",), "`a:*`, `b:*`, `c:*` and 2 more"),
        ([], Reason.ACTION_EMPTY, ("Action",), "nothing"),
    ],
)
def test_a1_a2_an_action_points_at_the_pattern_that_covers_it_or_at_all_that_do_not(
    patterns: Any, reason: Reason | None, path: tuple[Any, ...], wanted: str
) -> None:
    found = outcome(Element.ACTION, allow(patterns), ask())
    assert (found.truth, found.reason) == (TRUE if reason is None else FALSE, reason)
    assert (found.path, found.wanted, found.found, found.caveats) == (path, wanted, "`s3:GetObject`", ())


@pytest.mark.parametrize(
    ("patterns", "reason", "path", "caveats"),
    [
        (["ec2:*", "s3:*"], Reason.ACTION_LISTED, ("NotAction", 1), ()),
        (["ec2:*", "sqs:*"], None, ("NotAction",), ()),
        ([], Reason.ACTION_EMPTY, ("NotAction",), ("empty-not-list",)),
    ],
)
def test_a5_a_not_action_points_at_the_pattern_that_lists_it(
    patterns: Any, reason: Reason | None, path: tuple[Any, ...], caveats: tuple[str, ...]
) -> None:
    statement = {"Effect": "Allow", "NotAction": patterns, "Resource": "*"}
    found = outcome(Element.ACTION, statement, ask())
    assert (found.reason, found.path, found.caveats) == (reason, path, caveats)


@pytest.mark.parametrize(
    ("patterns", "reason", "path", "wanted"),
    [
        (X, None, ("Resource",), f"`{X}`"),
        (["arn:aws:s3:::a", X, "*"], None, ("Resource", 1), f"`{X}`"),
        (["arn:aws:s3:::a"], Reason.RESOURCE_OTHER, ("Resource", 0), "`arn:aws:s3:::a`"),
        (
            ["arn:aws:s3:::a", "arn:aws:s3:::b"],
            Reason.RESOURCE_OTHER,
            ("Resource",),
            "`arn:aws:s3:::a`, `arn:aws:s3:::b`",
        ),
        ([], Reason.RESOURCE_EMPTY, ("Resource",), "nothing"),
    ],
)
def test_r1_a_resource_points_at_the_pattern_that_covers_it_or_at_all_that_do_not(
    patterns: Any, reason: Reason | None, path: tuple[Any, ...], wanted: str
) -> None:
    found = outcome(Element.RESOURCE, allow(resource=patterns), ask())
    assert (found.truth, found.reason) == (TRUE if reason is None else FALSE, reason)
    assert (found.path, found.wanted, found.found) == (path, wanted, f"`{X}`")
    assert (found.key, found.keys, found.caveats) == ("", (), ())


@pytest.mark.parametrize(
    ("patterns", "reason", "path", "caveats"),
    [
        (["arn:aws:s3:::a", X], Reason.RESOURCE_LISTED, ("NotResource", 1), ()),
        (["arn:aws:s3:::a", "arn:aws:s3:::b"], None, ("NotResource",), ()),
        ([], Reason.RESOURCE_EMPTY, ("NotResource",), ("empty-not-list",)),
    ],
)
def test_r10_a_not_resource_points_at_the_pattern_that_lists_it(
    patterns: Any, reason: Reason | None, path: tuple[Any, ...], caveats: tuple[str, ...]
) -> None:
    statement = {"Effect": "Allow", "Action": "*", "NotResource": patterns}
    found = outcome(Element.RESOURCE, statement, ask())
    assert (found.reason, found.path, found.caveats) == (reason, path, caveats)


def test_r2_an_action_without_resource_is_said_to_need_the_star() -> None:
    plain = outcome(Element.RESOURCE, allow(resource=X), ask(action="ec2:DescribeInstances", resource="*"))
    assert (plain.truth, plain.reason) == (FALSE, Reason.RESOURCE_NEEDS_STAR)


def test_v3_a_resource_with_an_unknown_variable_names_the_keys_that_it_hangs_on() -> None:
    two = "arn:aws:s3:::data/${aws:PrincipalTag/team}${aws:PrincipalTag/unit}"
    found = outcome(Element.RESOURCE, on("arn:aws:s3:::a", TEAM, two, TEAM), ask(context=OPEN))
    assert (found.truth, found.reason) == (UNKNOWN, Reason.RESOURCE_UNKNOWN)
    assert (found.path, found.wanted) == (("Resource", 1), f"`{TEAM}`")
    assert found.keys == ("aws:PrincipalTag/team", "aws:PrincipalTag/unit")
    assert found.key == "aws:PrincipalTag/team, aws:PrincipalTag/unit"


@pytest.mark.parametrize("trace", [True, False])
def test_v3_a_resource_that_is_covered_anyway_hangs_on_no_key(*, trace: bool) -> None:
    found = outcome(Element.RESOURCE, on(TEAM, X), ask(context=OPEN), trace=trace)
    assert (found.truth, found.keys, found.key, found.path) == (TRUE, (), "", ("Resource", 1))


def test_r3_v6_a_doubtful_pattern_matters_only_where_no_plain_one_covers() -> None:
    tagged = RequestContext({"aws:PrincipalTag/bucket": "*"}, complete=True)
    request = ask(action=LIST_ALL[0], resource=LIST_ALL[1], context=tagged)
    doubtful = "arn:aws:s3:::${aws:PrincipalTag/bucket}"
    assert outcome(Element.RESOURCE, allow(resource=doubtful), request).truth is TRUE
    assert "star-for-no-resource" in outcome(Element.RESOURCE, allow(resource=doubtful), request).caveats
    assert outcome(Element.RESOURCE, on(doubtful, "*"), request).caveats == ()
    unset = "arn:aws:s3:::${aws:PrincipalTag/none}"
    assert outcome(Element.RESOURCE, on(unset), request).caveats == ("variable-unresolved",)
    assert outcome(Element.RESOURCE, on(unset, "arn:aws:s3:::*"), request).caveats == ("star-for-no-resource",)


def test_v4_a_variable_without_a_value_matches_nothing_and_is_doubtful_where_it_could() -> None:
    for pattern, caveats in ((TEAM, ("variable-unresolved",)), (TEAM.replace("data", "other"), ())):
        found = outcome(Element.RESOURCE, allow(resource=pattern), ask())
        assert (found.truth, found.caveats) == (FALSE, caveats)
    star = ask(action=LIST_ALL[0], resource=LIST_ALL[1])
    anything = outcome(Element.RESOURCE, allow(resource="arn:aws:s3:::${aws:PrincipalTag/team}"), star)
    assert (anything.truth, anything.caveats) == (FALSE, ("variable-unresolved",))


@pytest.mark.parametrize("element", [{"Resource": TEAM}, {"Condition": {"StringLike": {"s3:prefix": "${aws:userid}"}}}])
@pytest.mark.parametrize(("layer", "doubtful"), [(LayerName.RCP, True), (LayerName.SCP, False)])
def test_v11_a_variable_in_an_rcp_is_doubtful(element: dict[str, Any], layer: LayerName, *, doubtful: bool) -> None:
    principal = {"Principal": "*"} if layer is LayerName.RCP else {}
    known = RequestContext({"aws:PrincipalTag/team": "x", "aws:userid": "a", "s3:prefix": "a"}, complete=True)
    matched = held({**allow(), **principal, **element}, ask(context=known), layer)
    assert matched is not None
    assert ("variable-in-rcp" in matched.caveats) is doubtful


def test_v1_v11_the_old_version_has_no_variables_to_doubt() -> None:
    matched = held(allow(resource=TEAM, Principal="*"), ask(), LayerName.RCP)
    assert matched is not None
    outcomes = matched.match.outcomes
    assert [one.element for one in outcomes] == [Element.ACTION, Element.RESOURCE, Element.PRINCIPAL]


def test_only_a_statement_that_matches_or_may_has_a_grant() -> None:
    mine: dict[str, Any] = {"Principal": {"AWS": ACCOUNT}}
    for layer, statement, granted in (
        (LayerName.RESOURCE, allow(**mine), True),
        (LayerName.RESOURCE, allow(resource=TEAM, **mine), True),
        (LayerName.RESOURCE, allow("ec2:*", **mine), False),
        (LayerName.IDENTITY, allow(), False),
    ):
        matched = held(statement, ask(context=OPEN), layer)
        assert matched is not None
        assert (matched.match.grant is not None) is granted
        assert matched.match.node == "node"


def test_e4_a_statement_weighs_as_much_as_its_weakest_element() -> None:
    for statement, truth in ((allow(), TRUE), (allow(resource=TEAM), UNKNOWN), (allow("ec2:*"), FALSE)):
        matched = held(statement, ask(context=OPEN))
        assert matched is not None
        assert (matched.match.truth, matched.weight.truth) == (truth, truth)
        assert matched.weight.reach == EVERYWHERE._replace(direct=truth)


def test_e4_without_a_trace_what_plainly_does_not_apply_is_not_reported() -> None:
    assert held(allow("ec2:*"), ask(), trace=False) is None
    assert held(allow(resource="arn:aws:s3:::a"), ask(), trace=False) is None
    assert held(allow(Principal={"AWS": OTHER}), ask(), LayerName.RESOURCE, trace=False) is None
    assert held(allow(resource=TEAM), ask(), trace=False) is not None


def test_c35_a_switch_reaches_the_conditions() -> None:
    several = RequestContext({"aws:PrincipalTag/t": ("a", "b")}, complete=True)
    found = policies(identity=[allow(Condition={"StringEquals": {"aws:PrincipalTag/t": "a"}})])
    effects = {
        match_any: decide(
            ask(ALICE, context=several), found, NO_FACTS, switches=Switches(several_values_match_any=match_any)
        ).effect
        for match_any in (True, False)
    }
    assert effects == {True: Effect.ALLOWED, False: Effect.IMPLICIT_DENY}
