"""Data under a KMS key: a foreign caller needs the key as well, and an AWS managed key lets no foreign caller in.

Source: AWS Secrets Manager User Guide, auth-and-access_examples_cross; Amazon DynamoDB Developer Guide,
rbac-considerations; AWS KMS Developer Guide, concepts (pages of 2026); spec S25, S29, S41.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.access import same_account
from policysim.evaluation.decision import Caveat
from policysim.evaluation.services.deviation import Deviation
from policysim.evaluation.truth import TRUE
from policysim.language.request import OF_AN_ACCOUNT

if TYPE_CHECKING:
    from policysim.language.request import Request


def _may_be_foreign(request: Request) -> bool:
    return request.principal.kind in OF_AN_ACCOUNT and same_account(request) is not TRUE


def _key_of_the_secret(request: Request) -> tuple[Caveat, ...]:
    if not _may_be_foreign(request):
        return ()
    sentence = (
        f"across accounts `{request.resource.arn}` must be encrypted with a customer managed key that the caller may "
        "use too, by key policy and identity policy: `aws/secretsmanager` lets no foreign caller in (S29)"
    )
    return (Caveat("key-is-separate", sentence),)


def _key_of_the_table(request: Request) -> tuple[Caveat, ...]:
    if not _may_be_foreign(request):
        return ()
    sentence = (
        f"across accounts `{request.resource.arn}` must not be encrypted with an AWS managed key, which lets no "
        "foreign caller in (S41)"
    )
    return (Caveat("key-is-separate", sentence),)


SECRET_VALUE: Final = Deviation("the key of the secret", ("S29",), caveats=_key_of_the_secret)
TABLE: Final = Deviation("the key of the table", ("S41",), caveats=_key_of_the_table)

ENCRYPTED: Final[dict[str, Deviation]] = {
    **dict.fromkeys(
        (
            "secretsmanager:getsecretvalue",
            "secretsmanager:putsecretvalue",
            "secretsmanager:rotatesecret",
            "secretsmanager:updatesecret",
        ),
        SECRET_VALUE,
    ),
    **dict.fromkeys(
        (
            "dynamodb:batchgetitem",
            "dynamodb:batchwriteitem",
            "dynamodb:conditioncheckitem",
            "dynamodb:deleteitem",
            "dynamodb:getitem",
            "dynamodb:getrecords",
            "dynamodb:putitem",
            "dynamodb:query",
            "dynamodb:scan",
            "dynamodb:updateitem",
        ),
        TABLE,
    ),
}
"""Actions on what the key encrypts."""
