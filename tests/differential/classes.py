"""Why the two evaluators disagree: every known class as data, with the page of AWS that judges.

``docs/differential.md`` shows the same table. A disagreement that no class explains is a failure.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.evaluation.decision import Decision, Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.services import deviation_of
from policysim.evaluation.services.cross_account import never_crosses_accounts
from policysim.evaluation.truth import Truth
from policysim.language.request import PrincipalKind
from tests.differential import readings
from tests.differential.asked import Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.differential.comparison import Compared

_TOGETHER: Final = 3
"""How many readings at most explain one disagreement together."""

WE: Final = "policysim"
OPEN: Final = "undocumented"


class Disagreement(NamedTuple):
    """One class: what the other evaluator does, the page of AWS that judges, and whom it bears out.

    ``reading`` is the question as the other evaluator reads it: our answer to that is its answer. Where there is no
    such reading, ``shows`` tells whether our answer and its effect fit the class.
    """

    name: str
    sentence: str
    page: str
    right: str
    reading: Callable[[Asked], Asked | None] | None = None
    shows: Callable[[Asked, Decision, str], bool] | None = None


def _never_across(asked: Asked, ours: Decision, theirs: str) -> bool:
    never = asked.across and never_crosses_accounts(asked.request.action)
    return never and ours.effect is Effect.IMPLICIT_DENY and theirs == "allowed"


def _settled_by(*rules: str) -> Callable[[Asked, Decision, str], bool]:
    """Whether our answer is one that no policy can change, by one of these rules."""
    endings = tuple(f"({rule})" for rule in rules)

    def shows(_: Asked, ours: Decision, __: str) -> bool:
        return any(c.code == "no-policy-decides" and c.sentence.endswith(endings) for c in ours.caveats)

    return shows


def _owner_mends(asked: Asked, ours: Decision, theirs: str) -> bool:
    escapes = deviation_of(asked.request.action).ignores_denies_of(asked.request, LayerName.RESOURCE) is Truth.TRUE
    return escapes and ours.effect is not Effect.EXPLICIT_DENY and theirs == "explicit_deny"


def _session_policy_missing(asked: Asked, ours: Decision, theirs: str) -> bool:
    federated = asked.caller.kind is PrincipalKind.FEDERATED_USER and asked.policies.get(LayerName.SESSION) is None
    return federated and ours.blocking == (LayerName.SESSION,) and theirs == "allowed"


def _resource_policy_missing(asked: Asked, ours: Decision, theirs: str) -> bool:
    needed = deviation_of(asked.request.action).needs_resource_policy
    absent = needed and asked.policies.get(LayerName.RESOURCE) is None
    return absent and not asked.across and ours.blocking == (LayerName.RESOURCE,) and theirs == "allowed"


def _tags_need_trust(asked: Asked, ours: Decision, theirs: str) -> bool:
    silent = asked.request.action == "sts:TagSession" and ours.blocking == (LayerName.RESOURCE,)
    return silent and theirs == "allowed"


_IAM: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_ORGANIZATIONS: Final = "https://docs.aws.amazon.com/organizations/latest/userguide/"
_DENY_ALLOW: Final = f"{_IAM}reference_policies_evaluation-logic_policy-eval-denyallow.html"
_CROSS_ACCOUNT: Final = f"{_IAM}reference_policies_evaluation-logic-cross-account.html"
_PRINCIPAL: Final = f"{_IAM}reference_policies_elements_principal.html"
_NOT_PRINCIPAL: Final = f"{_IAM}reference_policies_elements_notprincipal.html"
_NOT_ACTION: Final = f"{_IAM}reference_policies_elements_notaction.html"
_RESOURCE: Final = f"{_IAM}reference_policies_elements_resource.html"
_NOT_RESOURCE: Final = f"{_IAM}reference_policies_elements_notresource.html"
_VARIABLES: Final = f"{_IAM}reference_policies_variables.html"
_VERSION: Final = f"{_IAM}reference_policies_elements_version.html"
_OPERATORS: Final = f"{_IAM}reference_policies_elements_condition_operators.html"
_SETS: Final = f"{_IAM}reference_policies_condition-single-vs-multi-valued-context-keys.html"
_CONDITION_KEYS: Final = f"{_IAM}reference_policies_condition-keys.html"
_PASS_ROLE: Final = f"{_IAM}id_roles_use_passrole.html"
_SESSION_TAGS: Final = f"{_IAM}id_session-tags.html"
_FEDERATION_TOKEN: Final = f"{_IAM}id_credentials_temp_control-access_getfederationtoken.html"
_CREDENTIALS: Final = f"{_IAM}id_credentials_sts-comparison.html"
_SERVICE_LINKED: Final = f"{_IAM}id_roles_create-service-linked-role.html"
_SCPS: Final = f"{_ORGANIZATIONS}orgs_manage_policies_scps.html"
_RCPS: Final = f"{_ORGANIZATIONS}orgs_manage_policies_rcps.html"
_RCP_EVALUATION: Final = f"{_ORGANIZATIONS}orgs_manage_policies_rcps_evaluation.html"
_DELEGATION: Final = f"{_ORGANIZATIONS}orgs_delegate_policies.html"
_SERVICES: Final = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/"
    "reference_policies_actions-resources-contextkeys.html"
)
_KMS_ACROSS: Final = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html"
_PUT_BUCKET_POLICY: Final = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html"
_ACCESS_POINTS: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html"
_ASSUME_ROLE: Final = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"

CLASSES: Final = (
    Disagreement(
        "dropped-keys",
        "it drops keys that its catalogue does not list for the action: encryption contexts, claims of OIDC providers",
        _CONDITION_KEYS,
        WE,
        readings.without_ignored_keys,
    ),
    Disagreement(
        "rcp-on-any-service",
        "it applies resource control policies to services that they do not support",
        _RCPS,
        WE,
        readings.rcps_on_any_service,
    ),
    Disagreement(
        "rcp-without-resource",
        "it applies resource control policies to actions without a resource",
        _RCP_EVALUATION,
        OPEN,
        readings.rcps_without_a_resource,
    ),
    Disagreement(
        "service-linked-bound",
        "it lets SCPs and RCPs bind service-linked roles",
        _SCPS,
        WE,
        readings.service_linked_roles_are_bound,
    ),
    Disagreement(
        "not-principal",
        "a Deny with `NotPrincipal` spares whoever is listed in any form, be it by account alone, boundary or not",
        _NOT_PRINCIPAL,
        WE,
        readings.one_listed_form_spares,
    ),
    Disagreement(
        "user-behind-session",
        "the IAM user behind a federated session is no principal that a resource-based policy can name",
        _DENY_ALLOW,
        WE,
        readings.the_user_behind_a_federated_session_is_nobody,
    ),
    Disagreement(
        "aws-star",
        '`{"AWS": "*"}` covers callers of web identity federation',
        _PRINCIPAL,
        OPEN,
        readings.aws_star_is_everybody,
    ),
    Disagreement(
        "named-resource",
        "an Allow that names an ARN counts for an action without resource",
        _RESOURCE,
        WE,
        readings.a_named_resource_counts_for_none,
    ),
    Disagreement(
        "not-resource",
        "a `NotResource` never matches an action without resource",
        _NOT_RESOURCE,
        WE,
        readings.not_resource_needs_a_resource,
    ),
    Disagreement(
        "bucket-list",
        "`arn:aws:s3:::*` does not cover `s3:ListAllMyBuckets`",
        _NOT_ACTION,
        OPEN,
        readings.only_a_star_is_no_resource,
    ),
    Disagreement(
        "wildcard-type",
        "a wildcard where it expects the resource type of an ARN matches nothing",
        _RESOURCE,
        WE,
        readings.a_wildcard_is_no_resource_type,
    ),
    Disagreement(
        "empty-default",
        "a variable whose default is the empty string has no default",
        _VARIABLES,
        OPEN,
        readings.an_empty_default_is_none,
    ),
    Disagreement(
        "unresolved-not-resource",
        "a statement whose `NotResource` holds a variable without value does not apply",
        _VARIABLES,
        OPEN,
        readings.unresolved_not_resource_fails,
    ),
    Disagreement(
        "unresolved-negation",
        "a negated operator does not match when its value holds a variable without value",
        _VARIABLES,
        WE,
        readings.unresolved_negation_fails,
    ),
    Disagreement(
        "old-version-variables",
        "policy variables are replaced under `Version` 2008-10-17 as well",
        _VERSION,
        WE,
        readings.every_version_has_variables,
    ),
    Disagreement(
        "plain-operator-on-list",
        "an operator without set prefix never matches a key that is stated as a list, even of one value or none",
        _SETS,
        OPEN,
        readings.lists_need_a_set_operator,
    ),
    Disagreement(
        "empty-list-present",
        "under `Null` a key that is there without values is present",
        _SETS,
        WE,
        readings.an_empty_list_is_present,
    ),
    Disagreement(
        "star-is-no-arn",
        "`*` alone under an Arn operator matches nothing",
        _OPERATORS,
        OPEN,
        readings.a_star_is_no_arn,
    ),
    Disagreement(
        "whole-range",
        "`0.0.0.0/0` covers no address",
        _OPERATORS,
        WE,
        readings.the_whole_range_is_empty,
    ),
    Disagreement(
        "bare-address",
        "`NotIpAddress` with a bare address does not match an address of the other IP version",
        _OPERATORS,
        OPEN,
        readings.a_bare_address_covers_the_other_version,
    ),
    Disagreement(
        "date-as-number",
        "a date under a Numeric operator is the number that it begins with",
        _OPERATORS,
        WE,
        readings.a_date_is_its_leading_number,
    ),
    Disagreement(
        "bytes-as-text",
        "`BinaryEquals` compares texts that are no base64",
        _OPERATORS,
        WE,
        readings.bytes_are_text,
    ),
    Disagreement(
        "short-arn-value",
        "an Arn operator compares values that are no ARNs",
        _OPERATORS,
        OPEN,
        readings.a_short_arn_is_compared_as_text,
    ),
    Disagreement(
        "short-not-resource",
        "a statement whose `NotResource` holds an ARN with too few parts does not apply",
        _RESOURCE,
        OPEN,
        readings.a_short_arn_spares_everything,
    ),
    Disagreement(
        "if-exists-in-set",
        "`IfExists` under `ForAnyValue` counts for nothing",
        _OPERATORS,
        OPEN,
        readings.set_operators_ignore_if_exists,
    ),
    Disagreement(
        "mistyped-negation",
        "a negated operator matches values that it cannot compare",
        _OPERATORS,
        OPEN,
        readings.a_negation_matches_what_it_cannot_compare,
    ),
    Disagreement(
        "operator-of-another-type",
        "an operator for another type than the key's compares as well as it can",
        _SERVICES,
        WE,
        readings.operators_fit_any_type,
    ),
    Disagreement(
        "scp-binds-others",
        "it lets SCPs bind service principals and callers of web identity federation",
        _SCPS,
        WE,
        readings.scps_bind_services_and_federated_callers,
    ),
    Disagreement(
        "root-needs-a-grant",
        "the owner's root user has no access without a grant, and a grant to its account is none",
        _DENY_ALLOW,
        WE,
        readings.root_needs_a_grant,
    ),
    Disagreement(
        "root-abroad",
        "the root user of another account needs an identity-based policy, which it cannot have",
        _CROSS_ACCOUNT,
        WE,
        readings.root_needs_an_identity_policy_abroad,
    ),
    Disagreement(
        "session-cuts-direct-grant",
        "a session policy limits what a resource-based policy grants to the session itself or to `*`",
        _DENY_ALLOW,
        WE,
        readings.session_policies_cut_direct_grants,
    ),
    Disagreement(
        "never-across",
        "operations that no policy opens to other accounts are decided as all others",
        _KMS_ACROSS,
        WE,
        shows=_never_across,
    ),
    Disagreement(
        "owner-mends-policy",
        "a bucket policy's Deny binds the owner's root user when it mends that policy",
        _PUT_BUCKET_POLICY,
        WE,
        shows=_owner_mends,
    ),
    Disagreement(
        "trust-missing",
        "a role or key without policy of its own is open to the identity-based policies of its account",
        _DENY_ALLOW,
        WE,
        shows=_resource_policy_missing,
    ),
    Disagreement(
        "tags-need-trust",
        "`sts:TagSession` needs no Allow of the trust policy in the account of the role",
        _SESSION_TAGS,
        WE,
        shows=_tags_need_trust,
    ),
    Disagreement(
        "session-policy-missing",
        "a federated user without session policy has the permissions of the user behind it",
        _FEDERATION_TOKEN,
        WE,
        shows=_session_policy_missing,
    ),
    Disagreement(
        "foreign-provider",
        "a role can trust an identity provider of another account",
        _PRINCIPAL,
        WE,
        shows=_settled_by("P14"),
    ),
    Disagreement(
        "closed-credentials",
        "credentials of GetFederationToken and GetSessionToken can call everything",
        _CREDENTIALS,
        WE,
        shows=_settled_by("E43"),
    ),
    Disagreement(
        "root-assumes",
        "a root user can assume a role",
        _ASSUME_ROLE,
        WE,
        shows=_settled_by("E30"),
    ),
    Disagreement(
        "passed-across",
        "a role of another account can be passed",
        _PASS_ROLE,
        WE,
        shows=_settled_by("S9"),
    ),
    Disagreement(
        "organization-calls",
        "calls on an organisation are open to every account of it",
        _DELEGATION,
        WE,
        shows=_settled_by("S34"),
    ),
    Disagreement(
        "anonymous-at-access-point",
        "an anonymous caller may come through an access point",
        _ACCESS_POINTS,
        WE,
        shows=_settled_by("S17"),
    ),
    Disagreement(
        "service-linked-edits",
        "identity-based policies can allow to delete or to change a service-linked role",
        _SERVICE_LINKED,
        WE,
        shows=_settled_by("E38"),
    ),
)


def classify(compared: Compared) -> tuple[str, ...] | None:
    """The fewest classes that together explain a disagreement; ``None`` when none do."""
    if compared.simulated is None or compared.peer is None:
        return None
    theirs = compared.peer.effect
    stated = compared.simulated["request"]["contextVariables"]
    asked = Asked(compared.request, compared.policies, stated, compared.peer.ignored)
    for names, read in _read_otherwise(asked):
        if theirs in read.effects():
            return names
        ours = read.decided()
        shown = (one.name for one in CLASSES if one.shows is not None and one.shows(read, ours, theirs))
        name = next(shown, None)
        if name is not None:
            return (*names, name)
    return None


def _read_otherwise(asked: Asked) -> Iterator[tuple[tuple[str, ...], Asked]]:
    """The question under every few readings that apply, the fewest first."""
    ways = [one.reading for one in CLASSES if one.reading is not None]
    names = {one.reading: one.name for one in CLASSES if one.reading is not None}
    questions = [asked, *filter(None, (way(asked) for way in ways))]
    applicable = [way for way in ways if any(way(question) is not None for question in questions)]
    for size in range(_TOGETHER + 1):
        for chosen in itertools.combinations(applicable, size):
            read: Asked | None = asked
            for way in chosen:
                read = None if read is None else way(read)
            if read is not None:
                yield tuple(names[way] for way in chosen), read
