"""The causes that a denial can have: a closed table of codes and sentences.

Source: IAM User Guide, troubleshoot_access-denied and troubleshoot (eventual consistency); S3 User Guide,
troubleshoot-403-errors; S3 API reference, GetObject; AWS KMS Developer Guide; spec E1 to E38, M6, M10, M13, M14, M17,
S13 to S18, S23.
"""

from __future__ import annotations

from enum import Enum

from policysim.evaluation.layer_words import with_article


class Cause(Enum):
    """Everything that can have produced a denial: a code for machines, and a sentence with places to fill in."""

    NO_ALLOW = ("no-allow", "no {title} allows {asked}{near}")
    ACTION_MISSING = ("action-missing", "{statement} lacks the action: {reason}")
    RESOURCE_MISSING = ("resource-missing", "{statement} lacks the resource: {reason}")
    BUCKET_NOT_OBJECTS = (
        "bucket-not-objects",
        "{statement} names the bucket and not the objects in it: {reason}",
    )
    PRINCIPAL_MISSING = ("principal-missing", "{statement} does not reach the caller: {reason}")
    CONDITION_NOT_MET = ("condition-not-met", "the condition of {statement} is not met: {reason}")
    CONDITION_OPERATOR = (
        "condition-operator",
        "the condition of {statement} uses an operator that does not suit its value: {reason}",
    )
    EXPLICIT_DENY = ("explicit-deny", "{statement} denies {asked}")
    LEVEL_WITHOUT_ALLOW = ("level-without-allow", "no service control policy at {node} allows {asked}{near}")
    FIXED_RULE = ("fixed-rule", "{sentence}")
    POLICY_NOT_COLLECTED = ("policy-not-collected", "{a_title} that is not at hand {refuses}")
    POLICY_CHANGED_SINCE = (
        "policy-changed-since",
        "the policies at hand are not those that were in force at the time of the request",
    )
    NOT_YET_PROPAGATED = (
        "not-yet-propagated",
        "the request came before a change of the caller or of its policies had reached every part of AWS",
    )
    SESSION_POLICY_UNKNOWN = ("session-policy-unknown", "a session policy that is not at hand {refuses}")
    KEY_UNKNOWN = ("key-unknown", "{keys} {had} a value with which {what}")
    OTHER_AUTHORIZATION = (
        "other-authorization",
        "the same call needs `{action}` on `{resource}` as well, which is denied{condition}",
    )
    OBJECT_MISSING = (
        "object-missing",
        "there is no such object: without `s3:ListBucket` on the bucket Amazon S3 answers 403 instead of 404",
    )
    OBJECT_OF_ANOTHER_ACCOUNT = (
        "object-of-another-account",
        "another account owns the object, and policies of the bucket's owner do not open it",
    )
    ENCRYPTION_KEY = ("encryption-key", "the caller may not use the KMS key that encrypts the data: {sentence}")
    WRONG_ACCOUNT_OR_REGION = ("wrong-account-or-region", "{sentence}")
    BLOCK_PUBLIC_ACCESS = ("block-public-access", "S3 Block Public Access refuses it: {sentence}")
    NOT_A_POLICY = ("not-a-policy", "{none} caused it: {sentence}")

    @property
    def code(self) -> str:
        """The stable code for machines, such as ``action-missing``."""
        return self.value[0]

    def sentence(self, **parts: str) -> str:
        """The cause in words."""
        template: str = self.value[1]
        return template.format_map({**parts, "a_title": with_article(parts.get("title", ""))})
