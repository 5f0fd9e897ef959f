"""Operations that never work across accounts, whatever the policies say, and those of which AWS does not say.

Dated data, as read from the service documentation in 2026 (spec X13):
- KMS: Developer Guide, key-policy-modifying-external-accounts, and "Cross-account use" of every operation in the API
  reference; concepts (AWS managed keys).
- SQS: Developer Guide, sqs-using-identity-based-policies ("Cross-account permissions don't apply").
- SNS: Developer Guide, sns-access-policy-language-api-permissions-reference ("Valid Amazon SNS policy actions").
- Secrets Manager: User Guide, auth-and-access_examples_cross, and the API reference.
- DynamoDB: Developer Guide, rbac-iam-actions (column "Cross-account support").
- Lambda: Developer Guide, access-control-resource-based ("Cross-account APIs") and urls-auth.
- EventBridge: User Guide, eb-event-bus-perms; CloudWatch Logs: User Guide, CrossAccountSubscriptions.
- S3 and IAM: API references.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth
from policysim.language.request import OF_AN_ACCOUNT

if TYPE_CHECKING:
    from policysim.language.request import Request

_NEVER: Final[dict[str, frozenset[str]]] = {
    "dynamodb": frozenset(
        """
        createbackup createglobaltable createtable deletebackup deleteresourcepolicy describebackup
        describecontinuousbackups describecontributorinsights describeendpoints describeexport describeglobaltable
        describeglobaltablesettings describeimport describekinesisstreamingdestination describelimits
        describetablereplicaautoscaling describetimetolive disablekinesisstreamingdestination
        enablekinesisstreamingdestination exporttabletopointintime getresourcepolicy importtable listbackups
        listcontributorinsights listexports listglobaltables listimports liststreams listtables partiqldelete
        partiqlinsert partiqlselect partiqlupdate putresourcepolicy restoretablefrombackup restoretabletopointintime
        updatecontinuousbackups updatecontributorinsights updateglobaltable updateglobaltablesettings
        updatekinesisstreamingdestination updatetablereplicaautoscaling updatetimetolive
        """.split()  # noqa: SIM905  # a table of words reads better as text
    ),
    "s3": frozenset(
        """
        deleteaccesspoint deleteaccesspointforobjectlambda deleteaccesspointpolicy
        deleteaccesspointpolicyforobjectlambda deletebucketpolicy getaccesspoint
        getaccesspointconfigurationforobjectlambda getaccesspointforobjectlambda getaccesspointpolicy
        getaccesspointpolicyforobjectlambda getaccesspointpolicystatus getaccesspointpolicystatusforobjectlambda
        getbucketpolicy putaccesspointconfigurationforobjectlambda putaccesspointpolicy
        putaccesspointpolicyforobjectlambda putaccesspointpublicaccessblock putbucketpolicy
        """.split()  # noqa: SIM905  # a table of words reads better as text
    ),
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
            "decapsulate",
            "decrypt",
            "derivesharedsecret",
            "describekey",
            "encapsulate",
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
    "sns": frozenset(
        """
        addpermission confirmsubscription deletetopic getdataprotectionpolicy gettopicattributes
        listsubscriptionsbytopic listtagsforresource publish putdataprotectionpolicy removepermission
        settopicattributes subscribe
        """.split()  # noqa: SIM905  # a table of words reads better as text
    ),
}
"""Services of which only these operations cross accounts."""

_KNOWN: Final[dict[str, frozenset[str]]] = {
    "dynamodb": frozenset(
        """
        batchgetitem batchwriteitem conditioncheckitem deleteitem deletetable describestream describetable getitem
        getrecords getsharditerator listtagsofresource putitem query scan tagresource untagresource updateitem
        updatetable
        """.split()  # noqa: SIM905  # a table of words reads better as text
    ),
    "events": frozenset(
        """
        deleterule describerule disablerule enablerule listtagsforresource listtargetsbyrule putevents putrule
        puttargets removetargets tagresource untagresource
        """.split()  # noqa: SIM905  # a table of words reads better as text
    ),
    "lambda": frozenset(
        """
        createalias deletealias deletefunction deletefunctionconcurrency getalias getfunction getfunctionconfiguration
        getlayerversion getpolicy invokefunction invokefunctionurl listaliases listtags listversionsbyfunction
        publishversion putfunctionconcurrency tagresource untagresource updatealias updatefunctioncode
        """.split()  # noqa: SIM905  # a table of words reads better as text
    ),
}
"""Services whose guides name these operations as crossing accounts; of others than these and those that never do it
is not known."""


AWS_KEY_MANAGER: Final = "AWS"
"""The word of DescribeKey for a key that AWS manages (spec S25)."""


def crosses_accounts(request: Request) -> Truth:
    """Whether policies can let a caller of another account do this; callers of no account always can (spec X13)."""
    if request.principal.kind not in OF_AN_ACCOUNT:
        return TRUE
    if request.resource.key_manager == AWS_KEY_MANAGER or never_crosses_accounts(request.action):
        return FALSE
    return UNKNOWN if crossing_is_unknown(request.action) else TRUE


def never_crosses_accounts(action: str) -> bool:
    """Whether a caller of another account is always refused (spec X13)."""
    service, _, name = action.lower().partition(":")
    if name in _NEVER.get(service, ()):
        return True
    only = _ONLY.get(service)
    return only is not None and name not in only


def crossing_is_unknown(action: str) -> bool:
    """Whether the service's guide leaves open if a resource policy can let another account do this (spec X13)."""
    service, _, name = action.lower().partition(":")
    known = _KNOWN.get(service)
    return known is not None and name not in known and not never_crosses_accounts(action)
