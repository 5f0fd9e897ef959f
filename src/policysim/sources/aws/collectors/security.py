"""Policies of private certificate authorities, backups of hardware security modules and trust stores.

Source: the API References of AWS Private CA (GetPolicy), AWS CloudHSM (GetResourcePolicy) and Elastic Load Balancing
(GetResourcePolicy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collectors.listed import Level, Listed, Read, collector

if TYPE_CHECKING:
    from policysim.sources.aws.collecting import Collector

AUTHORITIES: Final = Listed(
    client="acm-pca",
    prefix="acm-pca",
    levels=(Level("list_certificate_authorities", "CertificateAuthorities", "{Arn}"),),
    reads=(Read("get_policy", {"ResourceArn": "{arn}"}, ("Policy",), ("ResourceNotFoundException",)),),
)

HSM_BACKUPS: Final = Listed(
    client="cloudhsmv2",
    prefix="cloudhsm",
    levels=(Level("describe_backups", "Backups", "{BackupArn}"),),
    reads=(Read("get_resource_policy", {"ResourceArn": "{arn}"}, ("Policy",), ("CloudHsmResourceNotFoundException",)),),
)

TRUST_STORES: Final = Listed(
    client="elbv2",
    prefix="elasticloadbalancing",
    levels=(Level("describe_trust_stores", "TrustStores", "{TrustStoreArn}"),),
    reads=(Read("get_resource_policy", {"ResourceArn": "{arn}"}, ("Policy",), ("ResourceNotFound",)),),
)

COLLECTORS: Final[tuple[Collector, ...]] = (
    collector("acm-pca", "policies of certificate authorities", AUTHORITIES, services=("acm-pca",)),
    collector("cloudhsm", "policies of CloudHSM backups", HSM_BACKUPS, services=("cloudhsm",)),
    collector("trust-stores", "policies of trust stores", TRUST_STORES, services=("elasticloadbalancing",)),
)
