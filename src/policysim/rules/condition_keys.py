"""Condition keys: when each is there, and what it holds (C42 to C72)."""

from __future__ import annotations

from typing import Final

from policysim.rules.rule import Rule, Status

CONDITION_KEYS: Final = (
    Rule(
        "C42",
        "Some keys are there in every request. Time, Region, transport, user agent, user id, type and account of "
        "the caller, and whether a service forwards the call.",
        "A table in `catalog/global_keys.py`; for anonymous callers `aws:PrincipalAccount` is `anonymous`.",
        ("keys",),
    ),
    Rule(
        "C43",
        "Two keys are there for signed requests only. They are `aws:PrincipalArn` and `aws:PrincipalIsAWSService`.",
        "Absent for anonymous callers and for callers who sign in through a provider.",
        ("keys",),
    ),
    Rule(
        "C44",
        "`aws:PrincipalArn` of a session is its role's ARN, path included. It is the own ARN for users, "
        "federated users and the root user.",
        "Follows from the principal; where the role's path is unknown, the key is unknown.",
        ("keys",),
    ),
    Rule(
        "C45",
        "`aws:username` is there for IAM users only.",
        "Follows from the user's ARN; absent for everybody else.",
        ("keys",),
    ),
    Rule(
        "C46",
        "`aws:userid` has one form per kind of caller. A role session's is the role id, a colon and the session name.",
        "Follows from the principal where the id is known.",
        ("vars",),
    ),
    Rule(
        "C47",
        "`aws:PrincipalType` is one of five words. User, AssumedRole, FederatedUser, Account (root) and Anonymous.",
        "Follows from the kind of caller.",
        ("keys", "vars"),
    ),
    Rule(
        "C48",
        "`aws:PrincipalTag` holds the tags of user or role, and of the session. A session tag replaces the "
        "role's tag of the same name.",
        "Taken from the account folder where nobody may have tagged the session; else unknown.",
        ("keys", "stags"),
    ),
    Rule(
        "C49",
        "`aws:PrincipalOrgID` and `OrgPaths` need an account in an organization. Service and anonymous callers "
        "have neither.",
        "Follow from the organization folder.",
        ("keys",),
    ),
    Rule(
        "C50",
        "Two keys name the service that calls. They exist only for a service's own calls.",
        "Follow from the principal; absent for everybody else.",
        ("keys",),
    ),
    Rule(
        "C51",
        "The MFA keys are missing for access keys and for federated identities. They are there with other "
        "temporary credentials, the age only after MFA; a Deny with Bool misses the callers without the key, one "
        "with BoolIfExists does not.",
        "Absent for long-term credentials, for Identity Center and for sessions with an OIDC provider; else "
        "taken from the event, or unknown. A caveat tells where the other sentence would change the answer.",
        ("keys",),
        doubt="One page speaks of temporary credentials in general.",
        caveats=("federated-mfa",),
    ),
    Rule(
        "C52",
        "Some keys exist for temporary credentials only. They are the time of issue, the source identity, the "
        "OIDC provider and the mark of AssumeRoot sessions.",
        "Absent for long-term credentials and anonymous callers; the provider is the ARN, never that of a SAML "
        "provider.",
        ("keys",),
    ),
    Rule(
        "C53",
        "The network keys follow from the way in. `aws:SourceIp` is missing through an endpoint, the VPC keys "
        "elsewhere; some exist for listed services only.",
        "Follow from `aws:SourceVpce` and the organization's endpoints; dated tables hold the services that have "
        "the newer keys.",
        ("keys",),
    ),
    Rule(
        "C54",
        "`aws:SourceArn` and its kin belong to a service's own calls.",
        "Absent for every other caller.",
        ("keys",),
    ),
    Rule(
        "C55",
        "The chain of forwarding services is in `aws:CalledVia`. `aws:ViaAWSService` is true for forwarded calls "
        "alone.",
        "The ends follow from the chain, and calls that cannot be forwarded have neither.",
        ("keys", "fas"),
    ),
    Rule(
        "C56",
        "Forwarded calls lose the keys of the VPC and keep `aws:SourceIp`.",
        "The VPC keys are absent from forwarded calls; `aws:SourceIp` is taken to be the caller's, with a caveat "
        "where that decides.",
        ("fas", "keys"),
        doubt="The operators page still says that the service's address is seen.",
        caveats=("forwarded-source-ip",),
    ),
    Rule(
        "C57",
        "`aws:ResourceAccount` and its kin are there for most actions. AWS lists the exceptions; the "
        "organization keys need an owner in one.",
        "Follow from the owner; a table holds the actions without the key.",
        ("keys",),
    ),
    Rule(
        "C58",
        "Tag keys hold the resource's tags or those of the request. `aws:TagKeys` is there, perhaps empty, when "
        "the operation takes tags.",
        "Resource tags follow from the account folder, request tags from the event; a tag that `aws:TagKeys` "
        "does not list is absent.",
        ("keys",),
    ),
    Rule(
        "C59",
        "Object tags have keys of their own, on some S3 operations only.",
        "Dated tables of the actions; for every other action the keys are absent.",
        ("s3-tags",),
    ),
    Rule(
        "C60",
        "A bucket's tags count only once ABAC is enabled on it. Access points and directory buckets have them always.",
        "The setting is read from the account folder; without it the keys are unknown.",
        ("s3-abac",),
    ),
    Rule(
        "C61",
        "The caller writes `aws:referer` and `aws:UserAgent` itself.",
        "Taken from the request; the referer is absent unless sent.",
        ("keys",),
    ),
    Rule(
        "C62",
        "Two keys tell where an instance's role credentials came from.",
        "Absent for everybody but role sessions; else taken from the request.",
        ("keys",),
    ),
    Rule(
        "C63",
        "`aws:RequestedRegion` of a global service is us-east-1.",
        "Follows from the service and the partition; a passed role has the Region of the service that is called.",
        ("keys",),
    ),
    Rule(
        "C64",
        "`iam:PassedToService` and its twin exist for `iam:PassRole` only.",
        "Absent from every other action, and unknown unless given there.",
        ("iamkeys",),
    ),
    Rule(
        "C65",
        "Some STS and provider keys exist only while a role is assumed. A few stay for the session.",
        "Tables of actions and claims: absent where a key or claim cannot be, taken from the event or unknown "
        "elsewhere.",
        ("iamkeys",),
    ),
    Rule(
        "C66",
        "A service's key exists only for the actions that list it.",
        "What a request states of a key is never dropped. Keys that the catalogue does not list are compared as "
        "the operator says, with a caveat.",
        ("sar",),
        caveats=("key-unknown-to-catalogue",),
    ),
    Rule(
        "C67",
        "`aws:SignInSessionArn` marks sessions of `aws login`.",
        "Absent for long-term credentials and unsigned calls; else taken from the request.",
        ("keys",),
    ),
    Rule(
        "C68",
        "Two keys mark calls that an AWS MCP server makes.",
        "`aws:ViaAWSMCPService` follows from the other key; a caveat tells where the second sentence would "
        "change the answer.",
        ("keys",),
        doubt="The page says both that the key is false and that it is missing for direct calls.",
        caveats=("mcp-direct",),
    ),
    Rule(
        "C69",
        "`aws:IsMcpServiceAction` is true while the MCP service is authorized. It is missing everywhere else.",
        "True for actions of services whose prefix ends in `-mcp`, absent for all others.",
        ("keys",),
    ),
    Rule(
        "C70",
        "Some keys exist only for sessions of one kind. Chat, instance, function, build, command and job "
        "sessions have theirs.",
        "Absent for everybody but role sessions; else taken from the request.",
        ("keys",),
    ),
    Rule(
        "C71",
        "A wildcard in an account, organization or VPC key is a mistake.",
        "No decision changes; `policysim check` finds it.",
        ("aachecks",),
        status=Status.FINDING,
    ),
    Rule(
        "C72",
        "The elements of `aws:TagKeys` are values: the operator minds their case.",
        "Compared as values, while the names of `aws:RequestTag` ignore case.",
        ("keys",),
    ),
)
