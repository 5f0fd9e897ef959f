"""From the verdicts of the layers to access: the flow chart of AWS on one screen.

Source: IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow (same account) and
reference_policies_evaluation-logic-cross-account; spec E2, E3, E7 to E14, E30, E31,
E36, E37, X1 to X5, X8, X11, X14, S1 to S4, S19 to S23, S35.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from policysim.evaluation.layers import LayerName
from policysim.evaluation.principals import NOWHERE
from policysim.evaluation.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of, known, negate
from policysim.language.request import IAM_IDENTITIES, OF_AN_ACCOUNT, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.evaluation.principals import Reach
    from policysim.evaluation.verdicts import LayerVerdict
    from policysim.language.request import Request

OUTER_LIMITS = (LayerName.RCP, LayerName.SCP, LayerName.VPCE)
INNER_LIMITS = (LayerName.BOUNDARY, LayerName.SESSION)


def same_account(request: Request) -> Truth:
    """Whether caller and resource belong to one account (spec X8); unknown when an owner is unknown (spec R22)."""
    caller, owner = request.principal.account, request.resource.account
    return UNKNOWN if caller is None or owner is None else known(caller == owner)


class Access(NamedTuple):
    """The verdicts of all layers on one request, and how they combine.

    ``needs_resource_policy``: an identity-based Allow counts only where the resource policy allows too, at least by
    naming the caller's account (trust and key policies). ``crosses``: whether the request can work across accounts.
    ``credentials``: whether the caller's credentials reach the service at all, unless that is ruled out beforehand.
    ``only_grants``: no policy can allow, only a grant of the key (spec S35). ``needs_identity``: an identity-based
    policy must allow too, whatever a resource-based policy grants (spec S7).
    """

    request: Request
    verdicts: Mapping[LayerName, LayerVerdict]
    needs_resource_policy: bool
    same_account: Truth
    crosses: Truth = TRUE
    credentials: Truth = TRUE
    only_grants: bool = False
    needs_identity: Truth = FALSE

    @property
    def circumstances(self) -> tuple[object, ...]:
        """What decides beside the caller's kind and the verdicts."""
        return self[2:]

    @property
    def denied(self) -> Truth:
        """An explicit deny in any layer, on either side, is final (spec E2, X14)."""
        return any_of([verdict.denied for verdict in self.verdicts.values()])

    @property
    def granted(self) -> Truth:
        """Whether some path grants access and every outer limit lets it pass (spec E7, X1)."""
        return all_of([self.credentials, *[self.verdicts[name].allowed for name in OUTER_LIMITS], self.path])

    @property
    def path(self) -> Truth:
        """Whether some path grants access, the outer limits aside."""
        by_policies = FALSE if self.only_grants else self.by_policies
        if by_policies is TRUE or not self.needs_resource_policy:
            return by_policies
        return any_of((by_policies, self.by_grant))

    @property
    def by_policies(self) -> Truth:
        """Whether policies open a path, the outer limits aside."""
        if self.same_account is TRUE:
            return self._path_in_same_account()
        if self.same_account is FALSE:
            return self._path_across_accounts()
        same, across = self._path_in_same_account(), self._path_across_accounts()
        return same if same is across else UNKNOWN

    @property
    def by_grant(self) -> Truth:
        """Whether a grant of the key opens a path: to the caller by itself, to its account by way of IAM (spec S23)."""
        to_account = self.reach.key_grant_to_account
        if self.request.principal.kind in IAM_IDENTITIES:
            to_account = all_of((to_account, self.identity_allows, self.within_inner_limits))
        # A grant that nobody read could allow by itself.
        unread = any(not gap.may_deny for gap in self.verdicts[LayerName.RESOURCE].gaps)
        found = any_of((self.reach.key_grant, to_account, UNKNOWN if unread else FALSE))
        return all_of((found, any_of((self.same_account, self.crosses))))

    def _path_in_same_account(self) -> Truth:
        kind, reach = self.request.principal.kind, self.reach
        if kind is PrincipalKind.ROOT:
            return reach.at_all if self.needs_resource_policy else TRUE
        if kind not in IAM_IDENTITIES:
            return reach.at_all
        delegated = reach.account if self.needs_resource_policy else TRUE
        limits = self.within_inner_limits
        found = all_of((delegated, self.identity_allows, limits))
        if reach is not NOWHERE:
            found = any_of((reach.direct, all_of((reach.entity, limits)), found))
        return found if self.needs_identity is FALSE else all_of((found, self.identity_allows))

    def _path_across_accounts(self) -> Truth:
        if self.request.principal.kind not in IAM_IDENTITIES:
            return self.reach.at_all
        return all_of((self.crosses, self.reach.at_all, self.identity_allows, self.within_inner_limits))

    @property
    def reach(self) -> Reach:
        """How the resource-based policy's Allow statements reach the caller."""
        return self.verdicts[LayerName.RESOURCE].reach

    @property
    def identity_allows(self) -> Truth:
        """Whether an identity-based policy allows."""
        return self.verdicts[LayerName.IDENTITY].allowed

    @property
    def within_inner_limits(self) -> Truth:
        """Whether boundary and session policy, where there are any, allow (spec E12, E13)."""
        return all_of([self.verdicts[name].allowed for name in INNER_LIMITS])

    @property
    def blocking(self) -> tuple[LayerName, ...]:
        """The layers whose missing Allow stands in the way, in the order in which AWS checks them (spec E3, M18)."""
        outer = [name for name in OUTER_LIMITS if self.verdicts[name].allowed is FALSE]
        return (*outer, *(self._blocking_path() if self.path is FALSE else ()))

    def _blocking_path(self) -> tuple[LayerName, ...]:
        nobody = self.reach.at_all is FALSE
        if self.request.principal.kind not in IAM_IDENTITIES:
            return (LayerName.RESOURCE,)
        across = self.same_account is FALSE
        if self.only_grants:
            nobody = self.reach.key_grant_to_account is FALSE
        if nobody and (self.only_grants or (self.needs_resource_policy and not across)):
            return (LayerName.RESOURCE,)
        resource = (LayerName.RESOURCE,) if nobody and across else ()
        by_entity = self.same_account is TRUE and self.reach.entity is TRUE and self.needs_identity is FALSE
        identity = (LayerName.IDENTITY,) if self.identity_allows is FALSE and not by_entity else ()
        inner = (name for name in INNER_LIMITS if self.verdicts[name].allowed is FALSE)
        return (*resource, *identity, *inner)

    def needs(self, name: LayerName) -> Truth:
        """Whether the request cannot pass without this layer's Allow; unknown where it hangs on the owner's account."""
        direct, entity = (all_of((self.same_account, truth)) for truth in (self.reach.direct, self.reach.entity))
        kind = self.request.principal.kind
        match name:
            case LayerName.RESOURCE:
                alone = self.needs_resource_policy or kind not in OF_AN_ACCOUNT
                return TRUE if alone else negate(self.same_account)
            case LayerName.IDENTITY:
                without = any_of((direct, entity, self.reach.key_grant))
                return any_of((self.needs_identity, negate(without))) if kind in IAM_IDENTITIES else FALSE
            case LayerName.BOUNDARY | LayerName.SESSION:
                present = self.verdicts[name].present or self.verdicts[name].allowed is FALSE
                return negate(any_of((direct, self.reach.key_grant))) if present else FALSE
            case _:
                return TRUE if self.verdicts[name].present else FALSE
