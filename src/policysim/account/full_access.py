"""The policies that AWS attaches to every node of an organisation once their kind is turned on.

Source: Organizations User Guide, orgs_manage_policies_scps and orgs_manage_policies_rcps; spec E22, E27.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.source import Source

if TYPE_CHECKING:
    from policysim.language.policy import Policy


class FullAccess(NamedTuple):
    """A policy of AWS's own that allows everything, so that the other policies of its kind can only take away."""

    name: str
    arn: str
    type: PolicyType
    text: str

    def document(self) -> Policy:
        """The policy, in a source that no file of the user's holds."""
        return parse_policy(Source(f"{self.name} (AWS)", self.text, written_here=True), self.type)


FULL_AWS_ACCESS: Final = FullAccess(
    "FullAWSAccess",
    "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
    PolicyType.SCP,
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}',
)
RCP_FULL_AWS_ACCESS: Final = FullAccess(
    "RCPFullAWSAccess",
    "arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess",
    PolicyType.RCP,
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}',
)
