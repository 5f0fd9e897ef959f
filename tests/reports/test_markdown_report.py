from __future__ import annotations

import pytest

from policysim.reports.markdown_report import markdown_of_groups
from policysim.reports.markdown_text import code, fenced, inline
from tests.reports.diagnoses import samples
from tests.reports.markdown_scanner import live_parts
from tests.reports.test_html_report import groups_of


def markdown(*names: str, verbose: bool = False) -> str:
    return markdown_of_groups(groups_of(*(samples()[name] for name in names)), "1.2.3", verbose=verbose)


@pytest.mark.parametrize("name", samples())
def test_every_ticket_is_headed_by_the_verdict_and_holds_no_live_part(name: str) -> None:
    text = markdown(name, verbose=True)
    assert text.startswith(("# DENIED `", "# UNDECIDED `"))
    assert live_parts(text) == []


def test_a_ticket_has_facts_layers_diff_commands_and_a_checklist() -> None:
    text = markdown("implicit")
    for part in (
        "| Wanted | `s3:PutObject` on `arn:aws:s3:::data/report.csv` |\n",
        "| Layer | Verdict | Why |\n| --- | --- | --- |\n| resource control policy | no impact | ",
        "| identity-based policy | implicit deny (decides) | nothing allows it |\n",
        "```diff\n--- a/acme/app.json\n+++ b/acme/app.json\n@@ -4,7 +4,7 @@\n",
        "```sh\naws iam put-role-policy --role-name app --policy-name app \\\n",
        "\n- [ ] repeat the call as the same caller: `s3:PutObject` must no longer be denied\n",
        "\n## 6. Verify\n",
    ):
        assert part in text


def test_several_causes_are_listed_first_and_numbered() -> None:
    text = markdown("explicit", "implicit", "explicit")
    assert text.startswith("# 3 denials, 2 causes\n\n|  | Denials | Verdict | First | Last |\n")
    assert "\n| 1 | 2 | DENIED `s3:PutObject`: explicit deny" in text
    assert "\n## 1. DENIED `s3:PutObject`\n" in text
    assert "\n## 2. DENIED `s3:PutObject`\n" in text


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("a `b` c", "a `b` c"),
        ("ask @team about #12", "ask `@team` about `#12`"),
        ("see https://e.example/x.", "see `https://e.example/x`."),
        ("<script>", "\\<script\\>"),
        ("a | b", "a \\| b"),
        ("*bold* _it_ ~~s~~ ~", "\\*bold\\* \\_it\\_ `~~s~~` \\~"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("# head", "\\# head"),
        ("one ` tick", "one \\` tick"),
        ("`a``b`", "`a` `b`"),
        ("in eu-west-1", "in `eu-west-1`"),
        ("line\nbreak", "line\\\\nbreak"),
    ],
)
def test_a_sentence_is_escaped_and_its_names_are_code(sentence: str, expected: str) -> None:
    assert inline(sentence) == expected


def test_code_takes_any_text() -> None:
    assert code("a`b") == "`` a`b ``"
    assert code("a|b", in_table=True) == "`a\\|b`"
    assert code(" ") == ""
    assert fenced("a\n```\n````\n", "text") == ["`````text", "a", "```", "````", "`````"]
