"""Operations that never work across accounts, whatever the policies say.

Dated data, as read from the service documentation in 2026 (spec X13): KMS ("allowing users in other accounts to use
a key"), SQS, Secrets Manager, S3 and IAM.
"""

from __future__ import annotations

from typing import Final

_NEVER: Final[dict[str, frozenset[str]]] = {
    "s3": frozenset({"getbucketpolicy", "putbucketpolicy", "deletebucketpolicy"}),
    "sqs": frozenset(
        {
            "addpermission",
            "removepermission",
            "setqueueattributes",
            "createqueue",
            "deletequeue",
            "listqueues",
            "listqueuetags",
            "tagqueue",
            "untagqueue",
            "startmessagemovetask",
            "cancelmessagemovetask",
            "listmessagemovetasks",
        }
    ),
}
"""Services whose other operations do cross accounts."""

_ONLY: Final[dict[str, frozenset[str]]] = {
    "iam": frozenset(),
    "kms": frozenset(
        {
            "creategrant",
            "decrypt",
            "derivesharedsecret",
            "describekey",
            "encrypt",
            "generatedatakey",
            "generatedatakeypair",
            "generatedatakeypairwithoutplaintext",
            "generatedatakeywithoutplaintext",
            "generatemac",
            "getkeyrotationstatus",
            "getpublickey",
            "listgrants",
            "reencryptfrom",
            "reencryptto",
            "retiregrant",
            "revokegrant",
            "sign",
            "verify",
            "verifymac",
        }
    ),
    "secretsmanager": frozenset(
        {
            "cancelrotatesecret",
            "deleteresourcepolicy",
            "deletesecret",
            "describesecret",
            "getrandompassword",
            "getresourcepolicy",
            "getsecretvalue",
            "listsecretversionids",
            "putresourcepolicy",
            "putsecretvalue",
            "removeregionsfromreplication",
            "replicatesecrettoregions",
            "restoresecret",
            "rotatesecret",
            "stopreplicationtoreplica",
            "tagresource",
            "untagresource",
            "updatesecret",
            "updatesecretversionstage",
            "validateresourcepolicy",
        }
    ),
}
"""Services of which only these operations cross accounts."""


def never_crosses_accounts(action: str) -> bool:
    """Whether a caller of another account is always refused (spec X13)."""
    service, _, name = action.lower().partition(":")
    if name in _NEVER.get(service, ()):
        return True
    only = _ONLY.get(service)
    return only is not None and name not in only
