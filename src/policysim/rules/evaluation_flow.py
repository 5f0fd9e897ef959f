"""Evaluation flow: which layers there are, when each applies, and how they combine (E1 to E45)."""

from __future__ import annotations

from typing import Final

from policysim.rules.rule import Rule

EVALUATION_FLOW: Final = (
    Rule(
        "E1",
        "Without a matching Allow the answer is an implicit deny. Only the root user, acting in its own account, "
        "needs no Allow.",
        "Answers `implicit_deny` and lists the layers whose Allow is missing, in the order in which AWS checks them.",
        ("eval",),
    ),
    Rule(
        "E2",
        "One matching Deny in any policy that applies is final. It does not matter which layer or which account "
        "it stands in; only S12, E41 and E42 escape it.",
        "Any layer with a certain Deny makes the answer `explicit_deny`; every statement that denies is listed. "
        "The SQS twin of S12 holds too: a task session of the root user with `SQSUnlockQueuePolicy` is not bound "
        "by the queue policy, an ordinary root user is.",
        ("eval", "xacct"),
    ),
    Rule(
        "E3",
        "AWS looks for a Deny first, then checks the layers in a fixed order. The order is RCP, SCP, resource, "
        "identity, boundary, session; it decides which layer is named, never the outcome.",
        "`layer` names the first layer in this order; the checks of every other layer are listed beside it.",
        ("eval",),
    ),
    Rule(
        "E4",
        "A statement applies when every one of its elements matches. A statement that does not match has no "
        "effect at all: an Allow that fails is no Deny.",
        "Principal, action, resource and each condition key are held against the request one by one; the trace "
        "names the element that failed and why.",
        ("gram", "cond"),
    ),
    Rule(
        "E5",
        "The policies of one type are read together and give one verdict. A boundary, session policy, SCP, RCP "
        "or endpoint policy that is not there restricts nothing; an identity or resource policy that is not "
        "there grants nothing.",
        "Each layer comes out as deny, allow, no allow, or not there. A layer that could not be read is a gap, "
        "never the same as one that is not there.",
        ("eval",),
    ),
    Rule(
        "E6",
        "A user has its own policies and those of all of its groups. Inline and managed ones form one union; "
        "roles have no groups.",
        "The account folder's users are joined with their groups before the identity layer is judged.",
        ("eval",),
    ),
    Rule(
        "E7",
        "Within one account an Allow on either side is enough. The identity policy or the resource policy may "
        "grant; RCP, SCP, endpoint policy and, on the identity's path, boundary and session policy must let it "
        "pass.",
        "The paths are written out in one function, `Access.path`, beside the outer limits.",
        ("eval", "types"),
    ),
    Rule(
        "E8",
        "A resource policy that names the very caller grants by itself. Named so are a user, one role session, a "
        "federated user, a service, or everybody (`*`); missing Allows in identity policy, boundary and session "
        "policy do not matter then.",
        "The grant counts as direct and passes without identity Allow; the answer says when a boundary or "
        "session policy without an Allow was passed by in this way, and when that rests on a plain `*`.",
        ("eval", "princ", "bound"),
        doubt=(
            "For a plain `*` without a condition on `aws:PrincipalArn` AWS documents the passing by of boundary and "
            "session policy only by inference."
        ),
        caveats=("direct-grant", "star-grant"),
    ),
    Rule(
        "E9",
        "A resource policy that names a role grants to its sessions within limits. The same holds for the user "
        "behind a federated session: no identity Allow is needed, but boundary and session policy must each "
        "allow if present.",
        "The grant counts as one to the entity; boundary and session policy are required, the identity policy is not.",
        ("eval", "bound"),
    ),
    Rule(
        "E10",
        "`*` narrowed by `aws:PrincipalArn` to a role is still a direct grant. Only an explicit Deny in boundary "
        "or session policy limits it.",
        "Read as E8: the condition must match, the inner limits need no Allow.",
        ("eval", "princ"),
        caveats=("direct-grant",),
    ),
    Rule(
        "E11",
        "A resource policy that names the account grants its members nothing yet. Someone in the account must "
        "still allow by an identity policy; the root user is covered. For keys and roles it is the switch that "
        "lets identity policies work.",
        "The grant counts as one to the account: it matters across accounts, for the root user, and for trust "
        "and key policies (S2, S20), and nowhere else.",
        ("princ", "kms-default"),
    ),
    Rule(
        "E12",
        "A permissions boundary limits a user or role and never grants. It binds the sessions of that role and "
        "federated sessions of that user too.",
        "The layer must allow on every path but a direct grant of the resource policy.",
        ("bound",),
    ),
    Rule(
        "E13",
        "A session policy limits one session and never grants. The inline document and up to ten managed "
        "policies are one union, which is intersected with the identity policy.",
        "All documents of the session are one layer of which one Allow is enough.",
        ("types",),
    ),
    Rule(
        "E14",
        "An explicit Deny in boundary, session or identity policy always wins. That holds also where the "
        "resource policy grants directly.",
        "Denies are collected before any path is looked at.",
        ("eval", "princ"),
    ),
    Rule(
        "E15",
        "A role session without a session policy is not limited by one.",
        "The session layer is not there and restricts nothing.",
        ("eval",),
    ),
    Rule(
        "E16",
        "A federated user without a session policy can do next to nothing. Its own identity path and grants to "
        "the user behind it are closed; only a resource policy that names the session, or `*`, passes.",
        "For callers of GetFederationToken a session layer that is not there denies implicitly.",
        ("getfed",),
    ),
    Rule(
        "E17",
        "SCPs bind every principal of a member account. That includes its root user, role sessions and federated "
        "users.",
        "The SCPs on the path to the caller's account apply, whoever owns the resource.",
        ("scp",),
    ),
    Rule(
        "E18",
        "Every level from the organization root to the account must allow. Within one level the SCPs are a "
        "union; one level without a matching Allow denies.",
        "Levels are judged one by one; the first without an Allow is named as the blocking node.",
        ("scpeval",),
    ),
    Rule(
        "E19",
        "A matching Deny in an SCP at any level is final.",
        "Denies of all levels are collected; the statement and its node are listed.",
        ("scpeval",),
    ),
    Rule(
        "E20",
        "SCPs bind neither the management account nor service-linked roles. Service principals, anonymous "
        "callers and callers from outside the organization are not bound either, nor are a few root-user tasks.",
        "Decided by the kind of caller, the account, the role and a dated table of tasks; a certain exemption "
        "removes the layer. Where it is not known whether one holds, the answer carries a caveat.",
        ("scp",),
        doubt=(
            "That service principals and anonymous callers are exempt follows from AWS's words `principals of the "
            "account` only."
        ),
        caveats=("service-linked-open", "management-account-open", "exempt-task-open"),
    ),
    Rule(
        "E21",
        "A delegated administrator's account is an ordinary member account. SCPs and RCPs bind it.",
        "Delegation exempts from nothing.",
        ("scp", "rcp"),
    ),
    Rule(
        "E22",
        "SCPs never grant, and FullAWSAccess on every level restricts nothing. Where SCPs are not enabled there "
        "is no such layer.",
        "An SCP's Allow only lets pass; without SCPs the layer is not there.",
        ("scp",),
    ),
    Rule(
        "E23",
        "RCPs bind the resources of member accounts, whoever calls. That includes callers of other "
        "organizations, root users, anonymous callers and AWS services.",
        "The RCPs on the path to the account that owns the resource apply to every kind of caller.",
        ("rcp",),
    ),
    Rule(
        "E24",
        "AWS services are not exempt from RCPs; service-linked roles are. RCPs in use exempt services by a "
        "condition on `aws:PrincipalIsAWSService`.",
        "An RCP's Deny stops a service principal like any caller, with a caveat.",
        ("rcp",),
        doubt=(
            "One AWS guidance page says that RCPs do not target service principals; the Organizations page and AWS's "
            "samples say otherwise and are followed."
        ),
        switches=("rcps_bind_services",),
        caveats=("rcp-on-service",),
    ),
    Rule(
        "E25",
        "RCPs leave out the management account, AWS managed keys and a few calls. Also out of their reach are "
        "service-linked roles, a service's assumption of one, and `kms:RetireGrant`.",
        "A certain exemption removes the layer; where it is not known whether one holds, the answer carries a caveat.",
        ("rcp",),
        caveats=("service-linked-open", "management-account-open"),
    ),
    Rule(
        "E26",
        "RCPs matter only for the services that support them. AWS lists these services and adds to the list.",
        "A dated table in `catalog/rcp_services.py`; where the service is not known, the answer carries a caveat.",
        ("rcp",),
        caveats=("rcp-service-open",),
    ),
    Rule(
        "E27",
        "RCPFullAWSAccess is attached everywhere and cannot be taken away. So RCPs can only deny explicitly.",
        "The Allow is taken to be there even where the input leaves it out.",
        ("rcp", "eval"),
    ),
    Rule(
        "E28",
        "A matching Deny in an RCP at any level is final. It is evaluated for each resource that the action is "
        "authorized on.",
        "Denies of all levels are collected. An action that takes no resource is not held against RCPs, with a "
        "caveat where one would have denied it.",
        ("rcp", "rcpeval"),
        doubt="That an action without resource types is outside of RCPs is inferred.",
        switches=("rcps_need_a_resource",),
        caveats=("rcp-without-resource",),
    ),
    Rule(
        "E29",
        "The caller's SCPs and the resource's RCPs apply side by side.",
        "Both are outer limits; each must let the request pass.",
        ("rcp",),
    ),
    Rule(
        "E30",
        "The root user may do all in its own account that nothing denies. It has neither identity policy nor "
        "boundary; keys are the exception (S19), and it can never assume a role.",
        "Allowed without a grant unless a Deny, SCP, RCP or endpoint policy stands against it. `sts:AssumeRole` "
        "and `sts:AssumeRoot` are always refused.",
        ("eval", "scp"),
    ),
    Rule(
        "E31",
        "A root user needs nothing but the other account's resource policy. Its account's SCPs still apply.",
        "Across accounts the resource policy alone decides for a root user; AWS shows it for S3 and says it of "
        "all services.",
        ("s3-bucket-ops", "xacct"),
    ),
    Rule(
        "E32",
        "A session of AssumeRoot is a root user under one task policy. It acts as the member account's root "
        "user, for 15 minutes. The five task policies hold Deny statements only, so no Allow is asked of them.",
        "The task policy is a session layer that can only deny; another task policy than the five is refused. "
        "SCPs of the member account apply; RCPs and endpoint policies as to any caller, with a caveat where they "
        "deny.",
        ("assumeroot",),
        doubt="That RCPs and endpoint policies apply to such sessions as to any caller is inferred.",
        caveats=("task-session-limit", "no-policy-decides"),
    ),
    Rule(
        "E33",
        "An endpoint policy applies to requests that come in through the endpoint. It must allow, never grants, "
        "and replaces no other policy; the default one allows everything.",
        "The layer applies when `aws:SourceVpce` is there; where that is unknown, the answer depends on it.",
        ("vpce",),
    ),
    Rule(
        "E34",
        "Endpoint policies see every caller and every resource, of any account. They need a principal element "
        "and hold 20,480 characters at most.",
        "Judged like a resource-based policy that cannot grant; `policysim check` tells when it is too long.",
        ("vpce",),
    ),
    Rule(
        "E35",
        "On a gateway endpoint an account principal means the root user alone. On an interface endpoint it "
        "covers every caller of that account.",
        "S3 and DynamoDB have both kinds, so there the answer stays open and carries a caveat unless the kind is "
        "known.",
        ("vpce",),
        doubt="For interface endpoints this is observed, not documented.",
        caveats=("principal-open",),
    ),
    Rule(
        "E36",
        "An anonymous call needs a resource policy that allows everybody. RCPs, endpoint policy and the "
        "service's own settings must let it pass; no layer of the caller's side exists.",
        "Allowed only by a matching `*` or NotPrincipal; identity, boundary, session and SCP layers are not there.",
        ("eval", "princ", "s3-403"),
    ),
    Rule(
        "E37",
        "A call by an AWS service needs a resource policy that allows the service. RCPs must let it pass; there "
        "is no identity, SCP, boundary or session layer.",
        "Allowed by a matching `Service` principal or `*`. A `*` covers services in Allow and Deny alike; for "
        "Allow that is observed only.",
        ("princ",),
    ),
    Rule(
        "E38",
        "A service-linked role is an ordinary role without SCPs and RCPs. Its trust policy is fixed.",
        "The role is known by its path; SCP and RCP layers fall away. Changes to it, and attempts of others to "
        "assume it, are refused beforehand. Where the path is not known, the answer carries a caveat.",
        ("scp", "rcp"),
        caveats=("service-linked-open", "no-policy-decides", "service-linked-role"),
    ),
    Rule(
        "E39",
        "A service role is an ordinary role. SCPs, RCPs and boundary apply to its sessions, and "
        "`aws:ViaAWSService` is false.",
        "Nothing sets its sessions apart from other role sessions.",
        ("keys",),
    ),
    Rule(
        "E40",
        "A service that acts for the caller is authorized again as the caller. All layers are evaluated anew on "
        "the service behind it.",
        "Every such call is a request of its own; the keys of the chain (C55) come with it.",
        ("fas",),
    ),
    Rule(
        "E41",
        "Nothing can stop `sts:GetCallerIdentity`. It succeeds for every authenticated caller, even against an "
        "explicit Deny.",
        "Settled as allowed before any policy is looked at; the caveat says so.",
        ("getcaller", "stscmp"),
        caveats=("no-policy-decides",),
    ),
    Rule(
        "E42",
        "No policy controls `sts:GetSessionToken`. It is an act of authentication and needs no Allow.",
        "Settled as allowed for users and root users before any policy is looked at.",
        ("getsession",),
        caveats=("no-policy-decides",),
    ),
    Rule(
        "E43",
        "Temporary credentials cannot reach every API. Those of GetFederationToken and, without MFA, of "
        "GetSessionToken reach no IAM API and little of STS; roles get no further user tokens. The IAM ban does "
        "not hold in the console.",
        "Refused with the layer `special`. CloudTrail tells the console (`sessionCredentialFromConsole`); where "
        "nothing does, the answer is `depends`.",
        ("stscmp",),
        caveats=("no-policy-decides", "credentials-open"),
    ),
    Rule(
        "E44",
        "Whoever assumes a role leaves its own policies behind.",
        "Only the role's policies, and the SCPs of the role's account, are applied to the session.",
        ("assume",),
    ),
    Rule(
        "E45",
        "An error while evaluating is never an Allow.",
        "A policy or case that cannot be read is an error with a place (exit code 2), or a gap that leaves the "
        "answer open.",
        ("eval23",),
    ),
)
