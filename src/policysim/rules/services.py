"""What single services do otherwise (S1 to S43)."""

from __future__ import annotations

from typing import Final

from policysim.rules.rule import Confidence, Rule

SERVICES: Final = (
    Rule(
        "S1",
        "A role is assumed only if its trust policy allows. Even within one account nobody is trusted without "
        "being named.",
        "The trust policy is the role's resource policy, and the deviation for STS makes its Allow mandatory.",
        ("eval",),
    ),
    Rule(
        "S2",
        "Within one account a trust policy that names the caller is enough. So is one that names everybody. If "
        "it names the account, an identity Allow on the role is needed too.",
        "Direct and entity grants pass by themselves; a grant to the account opens the identity path.",
        ("eval",),
        doubt="For a trust policy with `*` this follows from general text.",
        caveats=("direct-grant", "star-grant"),
    ),
    Rule(
        "S3",
        "Across accounts trust policy and identity policy must both allow. The caller's SCPs and the RCPs of the "
        "role's account apply.",
        "The general rule of X1 with the trust policy as resource policy.",
        ("xacct", "rcp"),
    ),
    Rule(
        "S4",
        "An identity Allow alone does not assume a role. The trust policy must speak.",
        "An implicit deny of the resource layer, worded as the role's trust policy.",
        ("denied",),
    ),
    Rule(
        "S5",
        "A role that assumes itself must trust itself.",
        "No exception is made for a role's own sessions.",
        ("trustblog",),
    ),
    Rule(
        "S6",
        "A service assumes a role by a matching `Service` principal. Identity policies play no part; conditions "
        "on the source do.",
        "Decided by the trust policy, conditions included.",
        ("princ",),
    ),
    Rule(
        "S7",
        "Session tags and source identity are actions of their own. The trust policy must allow each; a source "
        "identity that is set in a role chain needs both sides and stays as it is, and transitive tags cannot be "
        "overwritten.",
        "Decided like AssumeRole on the same role, with these exceptions; the passing of tags to a federated "
        "user hangs on identity policies. A trust policy that allows alone carries a caveat.",
        ("stags", "sourceid"),
        doubt="For the identity side of TagSession this is inferred.",
        caveats=("trust-alone", "no-policy-decides"),
    ),
    Rule(
        "S8",
        "Web identity and SAML callers are let in by the trust policy alone. A missing claim fails a positive "
        "condition.",
        "Provider and conditions are matched; there is no identity side.",
        ("princ",),
    ),
    Rule(
        "S9",
        "Passing a role is an action on the role, beside the call itself. `iam:PassedToService` names the "
        "service in the end; a role of another account cannot be passed, and resource tags are unreliable there.",
        "Decided on the role's ARN; a role of another account is refused, and a condition on `aws:ResourceTag` "
        "leaves the answer open.",
        ("pass", "iamkeys"),
        caveats=("no-policy-decides",),
    ),
    Rule(
        "S10",
        "A role that may be passed must still trust the service.",
        "The answer to PassRole carries a caveat that says so.",
        ("pass",),
        caveats=("trust-is-separate",),
    ),
    Rule(
        "S11",
        "Within one account bucket policy or identity policy is enough.",
        "The general rule (E7); a bucket without policy leaves the identity policy to decide.",
        ("s3-403",),
    ),
    Rule(
        "S12",
        "The root user of the bucket's account can always mend the bucket policy. Only endpoint policy, SCP and "
        "RCP stop it.",
        "Denies of the bucket policy do not bind these three calls of that root user.",
        ("s3-api-policy",),
    ),
    Rule(
        "S13",
        "The bucket owner cannot grant access to another account's object. Where ACLs are on, the object owner's "
        "ACL must allow; the bucket policy can only deny.",
        "Where Object Ownership lets others own objects and the owner is told, the bucket policy can only deny. "
        "Where it is not told, the answer carries a caveat.",
        ("s3-object-ops",),
        caveats=("object-owner-open",),
    ),
    Rule(
        "S14",
        "With bucket owner enforced, ACLs do not count. Uploads with another ACL than bucket-owner-full-control fail.",
        "Lists are left out where the setting is `BucketOwnerEnforced`; an upload or call that brings one "
        "carries a caveat.",
        ("s3-ownership",),
        caveats=("acl-not-supported", "acl-unknown"),
    ),
    Rule(
        "S15",
        "Block Public Access takes the strictest setting of all levels. RestrictPublicBuckets cuts off everybody "
        "outside of the account when the policy is public; the others ignore or refuse public ACLs and policies.",
        "A public policy denies outsiders explicitly in the resource layer, with a caveat that no statement says "
        "so; open when the settings are not known. Calls that put a public list or policy carry a caveat.",
        ("s3-403", "s3-bpa"),
        caveats=("public-access-restricted", "public-access-open", "public-policy-refused", "public-acl-refused"),
    ),
    Rule(
        "S16",
        "A bucket policy is public unless its grants are tied to fixed values. Wildcards, variables and wide "
        "address ranges do not tie.",
        "The reading of the page of 2026, where the id of an encryption key, user ids of roles and wide ranges "
        "tie nothing. Each Allow to everybody needs one condition that narrows to fixed values.",
        ("s3-bpa",),
        caveats=("public-access-restricted", "public-access-open"),
    ),
    Rule(
        "S17",
        "A call through an access point is authorized twice. Once on the access point with its policy, once on "
        "the bucket with the bucket policy.",
        "Both requests are decided when the bucket behind the access point is known, and the call needs both. "
        "Otherwise a caveat tells of the other one; anonymous calls are refused.",
        ("s3-ap", "s3-mrap"),
        caveats=("bucket-is-separate", "several-authorizations", "no-policy-decides"),
    ),
    Rule(
        "S18",
        "A missing object is a 404 only to those who may list the bucket.",
        "It is thought of where the policies allow and S3 still answers 403: the next steps name the missing "
        "`s3:ListBucket`, and the other reasons of S3 for a 403.",
        ("s3-getobject",),
    ),
    Rule(
        "S19",
        "Nobody may use a key unless its key policy, or a grant, says so. Not even the root user.",
        "The deviation for KMS makes the key policy's word mandatory, for the root user too.",
        ("kms-default",),
    ),
    Rule(
        "S20",
        "A key policy that names the account lets identity policies work. Without it identity Allows do nothing, "
        "and identity Denies still bind.",
        "The identity path is open only behind a grant to the account.",
        ("kms-default",),
    ),
    Rule(
        "S21",
        "A key policy that names the user or role is enough by itself.",
        "Direct and entity grants as in E8 and E9.",
        ("kms-policies", "eval"),
    ),
    Rule(
        "S22",
        "Across accounts key policy and identity policy must both allow. Only some operations cross; an alias in "
        "Resource means the alias.",
        "X1 with a table of operations; the key's own ARN is matched. A request for an alias stays open, since "
        "which key is behind it is not known, and the calls on aliases themselves carry a caveat that alias and "
        "key must both allow.",
        ("kms-external", "kms-alias"),
        caveats=("alias-and-key",),
    ),
    Rule(
        "S23",
        "A grant lets its grantee use the key by itself. Only its operations, within its constraints; it cannot "
        "deny, and every Deny wins.",
        "Grants that were collected count as statements for their grantee that need no identity Allow, "
        "constraints included; a grant that nobody read leaves the answer open. The caveat tells where the "
        "identity Allow is missing.",
        ("kms-grants", "kms-external"),
        switches=("grants_need_identity",),
        caveats=("key-grant", "key-grant-to-account", "key-grant-past-limits"),
    ),
    Rule(
        "S24",
        "`kms:ViaService` exists on forwarded calls only. `kms:CallerAccount` is the caller's account, and the "
        "encryption context has keys of its own.",
        "`kms:CallerAccount` follows from the caller; pairs of the encryption context from the list of their "
        "names; `kms:ViaService` is taken from the request.",
        ("kms-keys",),
    ),
    Rule(
        "S25",
        "AWS managed keys have a fixed policy. They serve one service in one account, and RCPs leave them out.",
        "Where the key's manager is AWS and its policy was not collected, the fixed policy is put in its place. "
        "Other accounts are refused, RCPs left out, and which service the key belongs to stays open.",
        ("kms-keys", "rcp"),
        caveats=("fixed-key-policy",),
    ),
    Rule(
        "S26",
        "An encrypted object of another account needs S3's and KMS's consent. Bucket policy and identity for S3, "
        "key policy and identity for KMS.",
        "Two requests: `s3:GetObject`, and `kms:Decrypt` which a record shows as conditional because the object "
        "may not be encrypted. Each is decided by X1.",
        ("fas",),
    ),
    Rule(
        "S27",
        "A function's policy or the identity policy is enough within one account. Versions have policies of "
        "their own; a function URL needs two actions.",
        "The general rule, per version and alias. A call of a function URL carries a caveat that the second "
        "action is needed, and one of type NONE is open until it is asked for an anonymous caller.",
        ("lambda-perm",),
        caveats=("function-url-needs-both",),
    ),
    Rule(
        "S28",
        "Queues and topics follow the general rule. A topic that delivers to a queue comes as the service, with "
        "the topic as source.",
        "The general rule; `aws:SourceOwner` is a key of the service that the request must state. `policysim "
        "check` tells that the key is retired.",
        ("sqs-policies", "sns-policies"),
    ),
    Rule(
        "S29",
        "Secrets follow the general rule. Across accounts the resource policy, the caller's identity policy and "
        "the policy of a customer managed key must allow; a secret under the AWS managed key cannot be shared.",
        "The general rule with a table of the operations that cross accounts; the caller's half carries a caveat "
        "about the key.",
        ("sm-xacct",),
        caveats=("key-is-separate",),
    ),
    Rule(
        "S30",
        "A grant to a service should name the source it acts for. Without the key a positive condition does not match.",
        "Evaluated as written; the source keys are absent unless a service calls. `policysim check` warns of a "
        "grant to a service without them.",
        ("princ", "keys"),
    ),
    Rule(
        "S31",
        "Some services differ in who may grant. ECR's token has no resource; an API without authorizer needs its "
        "resource policy.",
        "The general rule with `*` as the resource of the token. For an API the authorizer of IAM is assumed, "
        "with a caveat.",
        ("ecr", "apigw"),
        caveats=("authorizer-unknown",),
    ),
    Rule(
        "S32",
        "Fine-grained access to DynamoDB tables uses set operators. They compare leading keys and attributes. "
        "ForAllValues passes when the key is missing.",
        "Evaluated as set operators on keys with several values (C34, C36).",
        ("ddb-fgac", "multi"),
    ),
    Rule(
        "S33",
        "EC2's Describe calls take no resources. Tags at creation need `ec2:CreateTags`, with `ec2:CreateAction` "
        "in the context.",
        "The catalogue tells which actions take no resource. A call that tags what it makes needs one request "
        "more, with `ec2:CreateAction`.",
        ("ec2-iam",),
    ),
    Rule(
        "S34",
        "The organization's delegation policy opens its calls to member accounts.",
        "Tables of who may call what. A member account that no delegation policy lets in stays open, because it "
        "may be a delegated administrator, and carries a caveat.",
        ("orgs-delegate",),
        caveats=("delegated-administrator", "no-policy-decides"),
    ),
    Rule(
        "S35",
        "A grant itself decides who may retire it. Retiring principal, grantee with that operation, or the "
        "account that made it; the key policy has no say, an IAM Deny has.",
        "Only grants can allow it; the key policy is left out, and Denies of identity policies bind.",
        ("kms-grant-manage",),
        caveats=("which-grant",),
    ),
    Rule(
        "S36",
        "Calls on directory buckets count as `s3express:CreateSession`.",
        "Such a request is turned into the creation of a session on the bucket, with the mode that it needs.",
        ("s3express",),
    ),
    Rule(
        "S37",
        "S3 Access Grants hand out narrowed sessions of a role.",
        "`s3:GetDataAccess` is decided by the general rule, with a caveat that the grant itself decides too.",
        ("s3-grants",),
        doubt="How the narrowing looks is inferred.",
        caveats=("access-grant",),
    ),
    Rule(
        "S38",
        "Roles Anywhere needs three actions in the trust policy. They are AssumeRole, SetSourceIdentity and "
        "TagSession, for the service, with the trust anchor as source and the certificate's fields as tags.",
        "Each action is decided for the service principal by the trust policy; the certificate's tags are "
        "unknown unless given.",
        ("rolesanywhere",),
    ),
    Rule(
        "S39",
        "Trust in a shared OIDC issuer needs a condition on its claim. Which claim tells customers apart hangs "
        "on the issuer; stored policies without it are evaluated as written.",
        "Evaluated as written; `policysim check` finds a missing or open claim. HCP Terraform's claim is checked "
        "by STS too, which a caveat says.",
        ("oidc",),
        caveats=("claim-required",),
    ),
    Rule(
        "S40",
        "Each replica of a multi-Region key has its own policy and grants.",
        "Each key has its own policy and grants, since it has its own ARN; `kms:MultiRegion` follows from it. A "
        "foreign caller is told that the Region must be enabled.",
        ("kms-mrk",),
        caveats=("region-enabled",),
    ),
    Rule(
        "S41",
        "Tables and streams may have resource policies. Within one account either side is enough, across "
        "accounts both are needed, and an AWS managed key keeps other accounts out.",
        "The general rule with a table of operations that cross accounts; a foreign caller gets a caveat about "
        "the key.",
        ("ddb-rbp",),
        caveats=("key-is-separate",),
    ),
    Rule(
        "S42",
        "Creating a service-linked role is `iam:CreateServiceLinkedRole`. Its resource is the role, and "
        "`iam:AWSServiceName` names the service.",
        "`iam:AWSServiceName` follows from the role's path; `iam:CreateRole` of such a role is refused.",
        ("slr",),
        confidence=Confidence.OBSERVED,
        caveats=("no-policy-decides",),
    ),
    Rule(
        "S43",
        "A RAM permission uses plain operators only. The consumer's own identity policy must allow as well: what "
        "both allow can be done.",
        "A share that was collected stands in for a resource policy (X7), and the identity Allow is asked for as "
        "in every request across accounts; an unread share leaves the answer open.",
        ("ram", "ram-terms"),
    ),
)
