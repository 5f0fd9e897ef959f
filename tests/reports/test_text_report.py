from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.denial import DenialKind
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layers import LayerName
from policysim.evaluation.reasons import Reason
from policysim.evaluation.truth import UNKNOWN
from policysim.explanation.diagnosis import Agreement, NearMiss, Remedy, Verification
from policysim.language.request import PublicAccessBlock
from policysim.reports.build import report_of
from policysim.reports.decision_document import LineDocument, MarkDocument
from policysim.reports.decision_sections import layer_section
from policysim.reports.decision_text import answer_text
from policysim.reports.decisions import answer_of, check_documents, decision_document
from policysim.reports.excerpt_text import excerpt_lines
from policysim.reports.groups import Grouping, GroupReport
from policysim.reports.layout import WIDTH, Paint
from policysim.reports.printable import display_width
from policysim.reports.text_blocks import section_lines
from policysim.reports.text_report import report_text, text_of_groups
from tests.evaluation.building import allow, ask, policies
from tests.evaluation.callers import FOREIGN
from tests.reports.diagnoses import (
    IDENTITY_TEXT,
    SCP_TEXT,
    checks,
    denial,
    diagnosis,
    event,
    explicit_decision,
    fix_of,
    implicit_decision,
    near_miss,
    open_decision,
    request,
    samples,
    scp_match,
)

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.evaluation.decision import Decision
    from policysim.explanation.diagnosis import Diagnosis
    from policysim.reports.decision_document import CheckDocument


def text_of(diagnosed: Diagnosis, *, verbose: bool = False) -> str:
    return report_text(report_of(diagnosed), Paint(), verbose=verbose)


def test_the_verdict_comes_first_and_names_layer_statement_and_place() -> None:
    first = " ".join(text_of(samples()["explicit"]).split("\n\n")[0].split())
    assert first == (
        "DENIED s3:PutObject: explicit deny in the service control policy `regions` statement `DenyOutsideEurope`, "
        "acme/policies/scps/regions.json:4:5"
    )


def test_an_implicit_deny_names_the_layer_that_is_missing_and_the_nearest_statement() -> None:
    first = " ".join(text_of(samples()["implicit"]).split("\n\n")[0].split())
    assert first.startswith("DENIED s3:PutObject: no identity-based policy allows it; missing too: an Allow in a perm")
    assert first.endswith("nearest is `app` statement `日本語`, acme/app.json:7:16")


@pytest.mark.parametrize("name", samples())
def test_lines_are_at_most_eighty_columns_but_for_what_must_stay_whole(name: str) -> None:
    for line in text_of(samples()[name], verbose=True).split("\n"):
        whole = len(line.split()) == 1
        assert display_width(line) <= WIDTH or whole, line


def test_the_deciding_statement_is_shown_with_what_matters_underlined() -> None:
    excerpt = text_of(samples()["explicit"]).split("regions.json:4:5\n")[2].split("\n\n")[0]
    assert (
        excerpt
        == """\
   4 |     {
   5 |       "Sid": "DenyOutsideEurope",
   6 |       "Effect": "Deny",
   7 |       "NotAction": [
     |       ^^^^^^^^^^^ does not list `s3:PutObject`
   8 |         "iam:*",
   9 |         "organizations:*",
  10 |         "route53:*",
  11 |         "support:*"
  12 |       ],
  13 |       "Resource": "*",
     |                   ^^^ covers `arn:aws:s3:::data/report.csv`
 ... |
  16 |           "aws:RequestedRegion": ["eu-west-1", "eu-central-1"]
     |                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     |                                  aws:RequestedRegion is `us-east-1`"""
    )


def test_carets_stand_under_the_text_behind_tabs_and_wide_characters() -> None:
    line = LineDocument(
        number=7,
        start_column=1,
        text='\t"日本":\t"x"',
        cut=False,
        marks=(MarkDocument(column=8, end_column=11, label="here"),),
    )
    shown, carets = excerpt_lines([line], Paint())
    before = shown[: shown.index('"x"')]
    assert carets.index("^") == display_width(before)
    assert carets.strip("| 7") == "^^^ here"


def test_a_minified_policy_is_cut_around_the_mark() -> None:
    padding = ", ".join(f'"s3:Action{number}"' for number in range(60))
    text = SCP_TEXT.replace('"iam:*"', f'{padding}, "iam:*"').replace("\n", "")
    shown = text_of(diagnosis(near_miss_decision(text), said=denial()))
    excerpts = [line for line in shown.split("\n") if line.startswith("  1 |")]
    assert excerpts
    assert all(line.startswith("  1 | …") for line in excerpts)
    assert all(len(line) < 120 for line in excerpts)


def near_miss_decision(text: str):  # type: ignore[no-untyped-def]  # noqa: ANN201  # narrowed keeps the type
    return explicit_decision().narrowed(statements=(scp_match(text),))


def test_the_whole_report_can_be_piped_into_git_apply(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    policy = tmp_path / "acme" / "app.json"
    policy.write_text(IDENTITY_TEXT, encoding="utf-8")
    report = text_of(samples()["implicit"])
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=report.encode(), check=True)
    assert '[ "s3:GetObject", "s3:PutObject" ]' in policy.read_text(encoding="utf-8")


def test_a_fix_tells_what_evaluating_again_said_who_else_is_affected_and_how_to_deploy() -> None:
    text = text_of(samples()["implicit"])
    for line in (
        "  evaluated again: allowed\n",
        "  also affects: arn:aws:iam::111122223333:role/batch\n",
        "  warning: the role can then overwrite every object\n",
        "    aws iam put-role-policy --role-name app --policy-name app \\\n",
    ):
        assert line in text


def test_what_is_not_known_comes_with_what_would_settle_it() -> None:
    text = text_of(samples()["open"])
    assert text.startswith("UNDECIDED s3:PutObject: allowed or implicitly denied, depending on aws:SourceIp")
    assert "  - aws:SourceIp: allowed if `10.0.0.0/8`; implicitly denied if absent\n" in text
    assert text.count("  - the bucket policy of `data` was not collected\n") == 1
    assert "      aws s3api get-bucket-policy --bucket data\n" in text
    assert "identity-based policy     unknown        incomplete, see below\n" in text
    assert "`--absent KEY`" in text
    assert "tried value by value" in text


def test_a_disagreement_is_never_hidden() -> None:
    allowed = implicit_decision().narrowed(effect=Effect.ALLOWED, blocking=(), layer="identity")
    text = text_of(
        diagnosis(allowed, said=denial(), agreement=Agreement.DISAGREES, disagreement="the policies changed since")
    )
    assert text.startswith("UNEXPLAINED s3:PutObject: denied by AWS, but allowed by the policies at hand")
    assert text.count("the policies changed since") == 1
    assert "policysim  DISAGREES: the policies changed since" in text


def test_without_policies_the_report_says_what_the_event_proves_and_what_to_do_next() -> None:
    text = text_of(
        diagnosis(
            None,
            said=denial(),
            happened=event(),
            agreement=Agreement.UNKNOWN,
            disagreement="no policies were given to compare with",
            unresolved=("the VPC endpoint is not known",),
            next_steps=("collect the policies in force",),
        )
    )
    assert text.startswith("DENIED s3:PutObject: an explicit deny in a service control policy")
    assert "cannot compare: no policies were given" in text
    assert "Requests that the call proves\n  - s3:PutObject on arn:aws:s3:::data/report.csv\n" in text
    assert "action: denial message" in text
    assert "  - the VPC endpoint is not known\n" in text
    assert "Next\n  - collect the policies in force\n" in text


def test_text_of_strangers_cannot_steer_the_terminal() -> None:
    evil = "\x1b[2J\u202egnp\ud800"
    miss = near_miss(IDENTITY_TEXT.replace("日本語", "x\u202e\x9b"))
    text = text_of(
        diagnosis(
            implicit_decision(),
            said=denial(layer=None, raw=evil, principal=evil),
            happened=event(eventID=evil, eventName=evil),
            near_misses=(miss,),
            fixes=(fix_of(miss),),
            disagreement=evil,
            next_steps=(evil,),
            unresolved=(evil,),
        ),
        verbose=True,
    )
    assert re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u202e\ud800-\udfff]", text) is None
    assert "take the diff from --format json" in text


def test_colour_is_only_added() -> None:
    for diagnosed in samples().values():
        report = report_of(diagnosed)
        coloured = report_text(report, Paint(coloured=True))
        assert "\x1b[" in coloured
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == report_text(report, Paint())


def test_several_causes_are_listed_and_their_reports_stand_apart() -> None:
    grouping = Grouping()
    for diagnosed in (samples()["explicit"], samples()["implicit"], samples()["explicit"]):
        grouping.add(diagnosed)
    groups = [GroupReport(report_of(one.first), one.document) for one in grouping.groups()]
    text = text_of_groups(groups, Paint())
    assert text.startswith("3 denials, 2 causes\n\n  2 x DENIED s3:PutObject: explicit deny")
    assert text.count("=" * 80) == 2
    assert "2 denials with this cause\n" in text
    assert "=" * 80 not in text_of_groups(groups[:1], Paint())


def test_an_answer_names_effect_layer_statements_and_what_is_open() -> None:
    text = answer_text(answer_of(explicit_decision(), "1"), Paint())
    assert text.startswith("DENIED s3:PutObject: explicit deny in the service control policy `regions`")
    assert "Statement that decides" in text
    undecided = answer_text(answer_of(open_decision(), "1"), Paint())
    assert undecided.startswith("UNDECIDED s3:PutObject")
    assert "aws s3api get-bucket-policy" in undecided


def test_s15_a_refusal_that_stands_in_no_statement_is_not_called_a_match() -> None:
    public = policies(identity=[allow()], resource=[allow(Principal="*")])
    asked = ask(FOREIGN)
    blocked = replace(asked.resource, public_access_block=PublicAccessBlock(restrict_public_buckets=True))
    text = answer_text(answer_of(decide(replace(asked, resource=blocked), public, CATALOGUE), "1"), Paint())
    assert text.startswith("DENIED s3:GetObject: explicit deny in a resource-based policy")
    assert "refused by no statement: see Mind below" in " ".join(text.split())
    assert "RestrictPublicBuckets" in text


def test_only_some_of_many_deciding_statements_are_shown_unless_all_are_asked_for() -> None:
    answer = answer_of(explicit_decision().narrowed(statements=(scp_match(),) * 5), "1")
    named = "`regions` statement `DenyOutsideEurope`, service control policy (Deny)"
    assert "\nStatements that decide\n" in answer_text(answer, Paint())
    assert answer_text(answer, Paint()).count(named) == 3
    assert "... and 2 more statements (-v shows all)" in answer_text(answer, Paint())
    assert answer_text(answer, Paint(), verbose=True).count(named) == 5


def test_an_encoded_message_is_not_printed_over_half_a_screen() -> None:
    raw = "You are not authorized to perform this operation. Encoded authorization failure message: " + "x" * 900
    text = text_of(diagnosis(None, said=denial(layer=None, raw=raw), happened=event()))
    assert text.startswith("DENIED s3:PutObject: AWS does not say which policy type denied it\n")
    assert "xxx" not in text
    assert "Encoded authorization failure message: …" in " ".join(text.split())
    assert "x" * 900 in text_of(diagnosis(None, said=denial(layer=None, raw=raw)), verbose=True)


def resource_decision(action: str, *layers: LayerName) -> Decision:
    return replace(implicit_decision(), request=request(action), blocking=layers, layer="resource", checks=checks({}))


@pytest.mark.parametrize(
    ("action", "title"),
    [
        ("sts:AssumeRole", "role trust policy"),
        ("kms:Decrypt", "key policy"),
        ("s3:GetObject", "resource-based policy"),
    ],
)
def test_m9_m14_the_resource_side_is_called_what_its_service_calls_it(action: str, title: str) -> None:
    decision = resource_decision(action, LayerName.RESOURCE, LayerName.IDENTITY)
    text = text_of(diagnosis(decision, said=denial(), happened=event()))
    assert text.startswith(f"DENIED {action}: no {title} allows it;")
    assert f"\n  {title.ljust(25)} no impact" in text
    identity_first = resource_decision(action, LayerName.IDENTITY, LayerName.RESOURCE)
    assert f"an Allow in a {title}" in " ".join(text_of(diagnosis(identity_first)).split())


def test_m2_an_identity_based_policy_takes_an() -> None:
    said = denial(layer="identity", kind=DenialKind.UNKNOWN)
    assert "denied by an identity-based policy, or by the lack of one" in text_of(diagnosis(None, said=said))


def levels_check(verdict: Verdict, *nodes: str) -> CheckDocument:
    (check,) = (one for one in check_documents(explicit_decision()) if one.layer is LayerName.SCP)
    (statement,) = check.matchedStatements
    allow = replace(statement, effect="Allow", sid=None, policy="FullAWSAccess")
    matched = tuple(replace(allow, node=node) for node in nodes)
    return replace(check, evaluatedEffect=verdict, matchedStatements=matched, blocking_node="ou-1")


def table_row(check: CheckDocument) -> str:
    sections = layer_section([check], decision_document(explicit_decision()), "s3:GetObject")
    (_, _, *row) = section_lines(sections, Paint(), verbose=False)
    return " ".join(" ".join(row).split())


def test_e18_a_statement_of_several_levels_is_named_once() -> None:
    assert table_row(levels_check(Verdict.ALLOW, "r", "ou", "a")).endswith("`FullAWSAccess` statement 1 at 3 levels")
    one = levels_check(Verdict.ALLOW, "r")
    other = replace(one.matchedStatements[0], policy="sandbox", index=1)
    both = replace(one, matchedStatements=(*one.matchedStatements, other))
    assert table_row(both).endswith("`FullAWSAccess` statement 1 and 1 other statement")


def test_e18_the_levels_that_allow_are_not_named_beside_the_one_that_does_not() -> None:
    assert table_row(levels_check(Verdict.IMPLICIT_DENY, "r", "a")).endswith("implicit deny nothing allows it at ou-1")


@pytest.mark.parametrize(
    ("verification", "expected"),
    [
        (Verification(Effect.DEPENDS, "", ("kms:ViaService",)), "it depends on kms:ViaService"),
        (Verification(Effect.DEPENDS, ""), "it depends on what was not collected"),
        (Verification(Effect.IMPLICIT_DENY, "boundary"), "implicit deny, next in the way is the permissions boundary"),
    ],
)
def test_m10_a_verification_says_what_is_left(verification: Verification, expected: str) -> None:
    miss = near_miss()
    fix = replace(fix_of(miss), verified=verification, also_affects=("*",))
    text = " ".join(text_of(diagnosis(implicit_decision(), near_misses=(miss,), fixes=(fix,))).split())
    assert expected in text
    assert "also affects: everybody (`*`)" in text


def test_what_the_caller_can_do_stands_before_the_edits() -> None:
    fix, step = fix_of(near_miss()), ("find the value of aws:SourceIp",)
    remedy = Remedy("use-mfa", "call with MFA", "aws sts get-session-token", verified=True)
    denied = text_of(replace(diagnosis(explicit_decision(), fixes=(fix,), next_steps=step), remedies=(remedy,)))
    assert "Without changing a policy\n  - call with MFA\n      evaluated so: allowed\n" in denied
    assert "\n  Try first  call with MFA\n" in denied
    places = [denied.index(words) for words in (*step, "  - call with MFA", "Proposed fix")]
    assert places == sorted(places)


def test_what_may_match_is_no_near_miss() -> None:
    miss = near_miss()
    unclear = miss.outcome._replace(truth=UNKNOWN, reason=Reason.KEY_UNKNOWN, found="")
    text = text_of(diagnosis(open_decision(), near_misses=(NearMiss(miss.match, unclear),)))
    assert "Statements that may match" in text
    assert "Near misses" not in text
    assert "^ not known\n" in text


def test_what_is_listed_as_not_collected_is_not_repeated_as_a_step() -> None:
    gap = "the bucket policy of `data` was not collected"
    text = text_of(diagnosis(open_decision(), next_steps=(f"{gap}: `aws s3api`", "find the value of aws:SourceIp: x")))
    assert text.count(gap) == 1
    assert "Next\n  - find the value of aws:SourceIp: x\n" in text


def test_a_statement_about_other_resources_is_no_headline() -> None:
    miss = near_miss()._replace(far=True)
    text = text_of(diagnosis(implicit_decision(), near_misses=(miss,)))
    assert "nearest" not in text
    assert "Near misses" in text
