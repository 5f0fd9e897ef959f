"""Policies of what keeps data: backup vaults, file systems, Glacier vaults, vector buckets.

Source: the API References of AWS Backup (GetBackupVaultAccessPolicy), Amazon EFS (DescribeFileSystemPolicy), Amazon S3
Glacier (GetVaultAccessPolicy, GetVaultLock) and Amazon S3 (GetVectorBucketPolicy); AWS Backup Developer Guide,
logicallyairgappedvault; spec S17, R21, X7.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collectors.listed import OF_A_SHARE, Level, Listed, Read, collector
from policysim.sources.aws.collectors.regions import VECTOR_BUCKETS_IN

if TYPE_CHECKING:
    from policysim.sources.aws.collecting import Collector

BACKUP_VAULTS: Final = Listed(
    client="backup",
    prefix="backup",
    levels=(Level("list_backup_vaults", "BackupVaultList", "{BackupVaultArn}"),),
    reads=(
        Read(
            "get_backup_vault_access_policy",
            {"BackupVaultName": "{BackupVaultName}"},
            ("Policy",),
            ("ResourceNotFoundException",),
        ),
        replace(OF_A_SHARE, where={"VaultType": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"}),
    ),
)
"""Of the vaults only logically air-gapped ones can be shared through AWS RAM."""

FILE_SYSTEMS: Final = Listed(
    client="efs",
    prefix="elasticfilesystem",
    levels=(Level("describe_file_systems", "FileSystems", "{FileSystemArn}"),),
    reads=(Read("describe_file_system_policy", {"FileSystemId": "{FileSystemId}"}, ("Policy",), ("PolicyNotFound",)),),
)

_VAULT: Final = {"accountId": "{account}", "vaultName": "{VaultName}"}
VAULTS: Final = Listed(
    client="glacier",
    prefix="glacier",
    levels=(Level("list_vaults", "VaultList", "{VaultARN}", {"accountId": "{account}"}),),
    reads=(
        Read("get_vault_access_policy", _VAULT, ("policy", "Policy"), ("ResourceNotFoundException",)),
        Read("get_vault_lock", _VAULT, ("Policy",), ("ResourceNotFoundException",)),
    ),
)
"""The lock of a vault is a second policy of it, in force from the moment it is initiated."""

VECTOR_BUCKETS: Final = Listed(
    client="s3vectors",
    prefix="s3vectors",
    levels=(Level("list_vector_buckets", "vectorBuckets", "{vectorBucketArn}"),),
    reads=(Read("get_vector_bucket_policy", {"vectorBucketArn": "{arn}"}, ("policy",), ("NotFoundException",)),),
)

COLLECTORS: Final[tuple[Collector, ...]] = (
    collector(
        "backup",
        "access policies of backup vaults",
        BACKUP_VAULTS,
        services=("backup",),
        actions=("backup:ListBackupVaults", "backup:GetBackupVaultAccessPolicy", "ram:GetResourcePolicies"),
    ),
    collector("efs", "file system policies", FILE_SYSTEMS, services=("elasticfilesystem",)),
    collector("glacier", "access and lock policies of Glacier vaults", VAULTS, services=("glacier",)),
    collector("s3vectors", "vector bucket policies", VECTOR_BUCKETS, services=(), regions=VECTOR_BUCKETS_IN),
)
