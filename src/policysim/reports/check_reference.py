"""The reference of ``policysim check``, generated from its tables: ``docs/check.md`` is a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.catalog.quotas import ATTACHMENT_QUOTAS, RESOURCE_QUOTAS, SIZE_QUOTAS
from policysim.validation.federation import REQUIRED_CLAIMS
from policysim.validation.finding_kinds import FINDING_KINDS
from policysim.validation.findings import FindingSeverity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policysim.validation.findings import FindingKind

_INTRODUCTION: Final = """\
# policysim check

`policysim check POLICY...` says whether AWS saves a document, and whether the document does what it says.

    policysim check bucket-policy.json
    policysim check policies/ --severity error
    aws iam get-policy-version --policy-arn ARN --version-id v1 | policysim check -
    policysim check policies/ --format sarif --output check.sarif

POLICY is a file, a folder (every document in the `.json` files below it) or `-` for standard input. A document is found
by itself, in what the AWS CLI prints around it (`PolicyVersion`, `AssumeRolePolicyDocument`, `Attributes.Policy`, ...)
and in the files of an [account folder](account-folder.md). Left out are policies that AWS manages, versions of a policy
that are not in force, files without a document where a folder is checked, and CloudFormation templates. A broken
document, in a file of a folder or in a string, is an error like others; `policysim rule CODE`, such as
`policysim rule full-access`, tells the rules behind a finding.

`--type` says what the documents are: `identity`, `resource`, `trust`, `boundary`, `session`, `scp`, `rcp`, `endpoint`.
Without it the place of a document says it, or else its content, and the report says why: a document with principals is
a resource-based policy, one that assumes roles and names no resource a role trust policy, one that only denies
everybody on every resource a resource control policy, any other an identity-based policy. Give `--type` for service
control policies, boundaries and session policies outside an account folder: nothing in them shows what they are.

`--severity` is the least severity to report (`warning` if not said). Exit codes: 0 nothing to report, 1 findings, 2 a
file cannot be read, or the one file that was given is not JSON. `--format json` follows
[check.schema.json](check.schema.json); `--format sarif` is SARIF 2.1.0 for code hosts and editors.

The severities are the finding types of IAM Access Analyzer, with one difference: an **error** is what AWS refuses to
save. What AWS saves although it cannot work, such as an unknown action, is a **warning** here; AWS's own managed
policies hold such parts. The catalogue may be older than an action or a key: what it does not know is never an error.
"""

_HEADINGS: Final = {
    FindingSeverity.ERROR: "Errors: AWS refuses to save the document",
    FindingSeverity.SECURITY_WARNING: "Security warnings: it allows more than its author will want",
    FindingSeverity.WARNING: "Warnings: a part of it does not do what it says",
    FindingSeverity.SUGGESTION: "Suggestions: it could say it better",
}


def reference_text() -> str:
    """The page as Markdown, with a final line end."""
    parts = [_INTRODUCTION, *_kinds(), *_quotas(), *_claims()]
    return "\n".join(parts)


def _kinds() -> Iterator[str]:
    for severity, heading in _HEADINGS.items():
        yield f"## {heading}\n"
        yield from _table(("code", "meaning", "rules", "source"), map(_row, _of(severity)))


def _of(severity: FindingSeverity) -> Iterator[FindingKind]:
    return (kind for kind in FINDING_KINDS if kind.severity is severity)


def _row(kind: FindingKind) -> tuple[str, ...]:
    refused = f" ({kind.refused.value} in policies that IAM stores)" if kind.refused is not None else ""
    return (f"`{kind.code}`", kind.title + refused, ", ".join(kind.rules), kind.source)


def _quotas() -> Iterator[str]:
    yield "## Quotas on the size of a document\n"
    quotas = [quota for listed in SIZE_QUOTAS.values() for quota in listed] + list(RESOURCE_QUOTAS.values())
    rows = (
        (
            quota.what,
            f"{quota.default:,}",
            f"{quota.largest:,}",
            ("bytes" if quota.in_bytes else "characters") + ("" if quota.white_space else " without white space"),
            quota.source,
        )
        for quota in dict.fromkeys(quotas)
    )
    yield from _table(("of", "default", "raised to", "counted in", "source"), rows)
    yield "Known, and not seen in a document: how many policies may be attached.\n"
    attachments = (
        (quota.what, str(quota.least), str(quota.default), str(quota.largest), quota.source)
        for quota in ATTACHMENT_QUOTAS
    )
    yield from _table(("attachments", "least", "default", "raised to", "source"), attachments)


def _claims() -> Iterator[str]:
    yield "## Identity providers that many customers share\n"
    yield "A trust policy must look at the condition key that tells the customers apart (rule S39).\n"
    rows = ((f"`{provider}`", f"`{key}`") for provider, key in REQUIRED_CLAIMS.items())
    yield from _table(("provider", "condition key"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
