"""Random questions in the form of the case files, the same for the same seed: callers, actions, policies, context.

The vocabulary is that of real accounts, and narrow enough for statements to meet the request: most patterns and values
are made from what the request holds.
"""

from __future__ import annotations

import random
from typing import Any, Final, NamedTuple

ACCOUNT, OTHER, THIRD = "111122223333", "444455556666", "777788889999"
REGION: Final = "us-east-1"
ORGANISATION: Final = "o-a1b2c3d4e5"
PROVIDER: Final = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"

Case = dict[str, Any]


class Action(NamedTuple):
    """An action, the form of its resource's ARN (``{}`` is the owner's account), and keys of its own."""

    name: str
    arn: str
    keys: tuple[str, ...] = ()


ACTIONS: Final = (
    Action("s3:GetObject", "arn:aws:s3:::data/team/report.csv", ("s3:ExistingObjectTag/class",)),
    Action("s3:PutObject", "arn:aws:s3:::data/team/report.csv", ("s3:x-amz-server-side-encryption",)),
    Action("s3:DeleteObject", "arn:aws:s3:::logs/2026/x"),
    Action("s3:ListBucket", "arn:aws:s3:::data", ("s3:prefix", "s3:max-keys")),
    Action("s3:GetBucketPolicy", "arn:aws:s3:::data"),
    Action("s3:ListAllMyBuckets", "*"),
    Action("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{{}}:orders"),
    Action("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{{}}:orders"),
    Action("sqs:DeleteQueue", f"arn:aws:sqs:{REGION}:{{}}:orders"),
    Action("sns:Publish", f"arn:aws:sns:{REGION}:{{}}:alerts"),
    Action("kms:Decrypt", f"arn:aws:kms:{REGION}:{{}}:key/1234abcd", ("kms:ViaService", "kms:EncryptionContext:dept")),
    Action("kms:GenerateDataKey", f"arn:aws:kms:{REGION}:{{}}:key/1234abcd", ("kms:EncryptionContext:dept",)),
    Action("kms:DescribeKey", f"arn:aws:kms:{REGION}:{{}}:key/1234abcd"),
    Action("kms:ScheduleKeyDeletion", f"arn:aws:kms:{REGION}:{{}}:key/1234abcd"),
    Action("kms:CreateKey", "*"),
    Action("ec2:DescribeInstances", "*"),
    Action("ec2:StartInstances", f"arn:aws:ec2:{REGION}:{{}}:instance/i-0abc", ("ec2:InstanceType",)),
    Action("ec2:CreateTags", f"arn:aws:ec2:{REGION}:{{}}:volume/vol-0abc", ("ec2:CreateAction", "aws:TagKeys")),
    Action("iam:GetRole", "arn:aws:iam::{}:role/app"),
    Action("iam:PassRole", "arn:aws:iam::{}:role/app", ("iam:PassedToService",)),
    Action("iam:CreateUser", "arn:aws:iam::{}:user/new"),
    Action("iam:AttachRolePolicy", "arn:aws:iam::{}:role/app", ("iam:PolicyARN",)),
    Action("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{{}}:function:work"),
    Action("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{{}}:function:work"),
    Action("sts:AssumeRole", "arn:aws:iam::{}:role/app", ("sts:ExternalId", "sts:RoleSessionName")),
    Action("sts:TagSession", "arn:aws:iam::{}:role/app"),
    Action("sts:GetCallerIdentity", "*"),
    Action("dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{{}}:table/orders", ("dynamodb:LeadingKeys",)),
    Action("dynamodb:Query", f"arn:aws:dynamodb:{REGION}:{{}}:table/orders/index/day", ("dynamodb:LeadingKeys",)),
    Action("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{{}}:secret:db-a1b2c3"),
    Action("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{{}}:log-group:app:log-stream:one"),
    Action("events:PutEvents", f"arn:aws:events:{REGION}:{{}}:event-bus/main", ("events:source",)),
    Action("ecr:BatchGetImage", f"arn:aws:ecr:{REGION}:{{}}:repository/web"),
    Action("ecr:GetAuthorizationToken", "*"),
    Action("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{{}}:parameter/app/db"),
    Action("cloudwatch:PutMetricData", "*", ("cloudwatch:namespace",)),
    Action("organizations:DescribeOrganization", "*"),
)
FEDERATED_ACTION: Final = Action(
    "sts:AssumeRoleWithWebIdentity",
    "arn:aws:iam::{}:role/app",
    ("token.actions.githubusercontent.com:sub", "token.actions.githubusercontent.com:aud"),
)

KEYS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "aws:PrincipalTag/team": ("String", ("blue", "red", "Blue", "*")),
    "aws:ResourceTag/team": ("String", ("blue", "red")),
    "aws:RequestedRegion": ("String", ("us-east-1", "eu-west-1", "eu-central-1")),
    "aws:PrincipalOrgID": ("String", (ORGANISATION, "o-other")),
    "aws:PrincipalOrgPaths": ("Strings", (f"{ORGANISATION}/r-ab/ou-ab-1/", f"{ORGANISATION}/r-ab/ou-ab-2/")),
    "aws:PrincipalAccount": ("String", (ACCOUNT, OTHER)),
    "aws:ResourceAccount": ("String", (ACCOUNT, OTHER)),
    "aws:PrincipalArn": ("ARN", (f"arn:aws:iam::{ACCOUNT}:role/app", f"arn:aws:iam::{ACCOUNT}:user/ann")),
    "aws:PrincipalType": ("String", ("User", "AssumedRole", "Account", "Anonymous")),
    "aws:username": ("String", ("ann", "bob")),
    "aws:userid": ("String", ("AIDAEXAMPLE", "AROAEXAMPLE:one")),
    "aws:SourceIp": ("IPAddress", ("203.0.113.7", "198.51.100.9", "2001:db8::1", "10.0.0.5")),
    "aws:SourceVpce": ("String", ("vpce-0a1b", "vpce-0c2d")),
    "aws:VpcSourceIp": ("IPAddress", ("10.0.0.5", "10.1.0.5")),
    "aws:SecureTransport": ("Bool", ("true", "false")),
    "aws:MultiFactorAuthPresent": ("Bool", ("true", "false")),
    "aws:MultiFactorAuthAge": ("Numeric", ("60", "3600", "7200")),
    "aws:ViaAWSService": ("Bool", ("true", "false")),
    "aws:PrincipalIsAWSService": ("Bool", ("true", "false")),
    "aws:CurrentTime": ("Date", ("2026-11-24T08:00:00Z", "2025-01-01T00:00:00Z", "2027-01-01T00:00:00+02:00")),
    "aws:SourceArn": ("ARN", (f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts", "arn:aws:s3:::data")),
    "aws:SourceAccount": ("String", (ACCOUNT, OTHER)),
    "aws:CalledVia": ("Strings", ("cloudformation.amazonaws.com", "athena.amazonaws.com")),
    "aws:UserAgent": ("String", ("aws-cli/2.31", "Boto3/1.44")),
    "aws:TagKeys": ("Strings", ("team", "Team", "env")),
    "aws:RequestTag/team": ("String", ("blue", "red")),
    "s3:prefix": ("String", ("", "team/", "home/ann/")),
    "s3:max-keys": ("Numeric", ("10", "100", "1000")),
    "s3:ExistingObjectTag/class": ("String", ("public", "secret")),
    "s3:x-amz-server-side-encryption": ("String", ("AES256", "aws:kms")),
    "kms:ViaService": ("String", ("s3.us-east-1.amazonaws.com", "sqs.us-east-1.amazonaws.com")),
    "kms:EncryptionContext:dept": ("String", ("hr", "it")),
    "ec2:InstanceType": ("String", ("t3.micro", "m5.large")),
    "ec2:CreateAction": ("String", ("RunInstances", "CreateVolume")),
    "iam:PassedToService": ("String", ("lambda.amazonaws.com", "ec2.amazonaws.com")),
    "iam:PolicyARN": ("ARN", ("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/AdministratorAccess")),
    "sts:ExternalId": ("String", ("x-1", "x-2")),
    "sts:RoleSessionName": ("String", ("one", "two")),
    "dynamodb:LeadingKeys": ("Strings", ("ann", "bob")),
    "events:source": ("Strings", ("app", "test")),
    "cloudwatch:namespace": ("String", ("App", "AWS/EC2")),
    "token.actions.githubusercontent.com:sub": ("String", ("repo:acme/app:ref:refs/heads/main", "repo:acme/x:pull")),
    "token.actions.githubusercontent.com:aud": ("String", ("sts.amazonaws.com",)),
}
"""The type of every key (``Strings``: several values) and values that it may have."""

COMMON_KEYS: Final = tuple(key for key in KEYS if key.startswith("aws:"))

OPERATORS: Final = {
    "String": (
        "StringEquals",
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
    ),
    "Strings": ("StringEquals", "StringLike", "StringNotEquals", "StringNotLike"),
    "ARN": ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringEquals", "StringNotLike"),
    "IPAddress": ("IpAddress", "NotIpAddress"),
    "Bool": ("Bool",),
    "Numeric": (
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ),
    "Date": ("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan"),
}
_WRONG_TYPES: Final = ("StringEquals", "NumericEquals", "Bool", "ArnLike", "IpAddress", "BinaryEquals", "DateLessThan")
_WANTED: Final = {
    "IPAddress": ("203.0.113.0/24", "10.0.0.0/8", "2001:db8::/32", "203.0.113.7", "0.0.0.0/0", "203.0.113.9/28"),
    "Date": ("2026-01-01T00:00:00Z", "2026-11-24T09:00:00+01:00", "2026-11-24", "1767225600"),
}


class Draw:
    """One random question; ``random.Random`` with a few words of its own."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311  # the same questions for the same seed, nothing secret
        self.context: dict[str, Any] = {}

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def pick(self, options: Any) -> Any:
        return self._random.choice(options)

    def some(self, options: Any, least: int, most: int) -> list[Any]:
        return self._random.sample(options, min(len(options), self._random.randint(least, most)))

    def times(self, least: int, most: int) -> range:
        return range(self._random.randint(least, most))


def random_case(seed: int, index: int) -> Case:
    """The question with this number."""
    draw = Draw(f"{seed}:{index}")
    caller = _caller(draw)
    action = FEDERATED_ACTION if caller["type"] == "WebIdentity" else draw.pick(ACTIONS)
    own = caller.get("account", ACCOUNT)
    owner = own if action.arn == "*" or draw.chance(0.65) else OTHER if own == ACCOUNT else ACCOUNT
    resource = action.arn.format(owner)
    case: Case = {"id": f"{seed}:{index}", "principal": caller, "action": action.name, "resource": resource}
    case["resource_account"] = owner
    keys = [*action.keys, *action.keys, *draw.some(COMMON_KEYS, 3, 7)]
    case["context"] = draw.context = _context(draw, caller, keys)
    return {**case, **_policies(draw, case, keys)}


def _caller(draw: Draw) -> Case:
    account = draw.pick((ACCOUNT, ACCOUNT, ACCOUNT, OTHER))
    kinds = (
        ("IAMUser",) * 6 + ("AssumedRole",) * 8 + ("FederatedUser", "Root", "AWSService", "Anonymous", "WebIdentity")
    )
    kind = draw.pick(kinds)
    of_account = {"type": kind, "account": account}
    match kind:
        case "IAMUser":
            return {**of_account, "arn": f"arn:aws:iam::{account}:user/{draw.pick(('ann', 'bob'))}"}
        case "AssumedRole":
            role = draw.pick(("app", "app", "ops"))
            path = draw.pick(("", "", "", "team/"))
            session = {
                "arn": f"arn:aws:sts::{account}:assumed-role/{role}/one",
                "role_arn": f"arn:aws:iam::{account}:role/{path}{role}",
            }
            linked = draw.chance(0.04)
            name = "AWSServiceRoleForSupport"
            if linked:
                session = {
                    "arn": f"arn:aws:sts::{account}:assumed-role/{name}/one",
                    "role_arn": f"arn:aws:iam::{account}:role/aws-service-role/support.amazonaws.com/{name}",
                }
            return {**of_account, **session, "service_linked_role": linked}
        case "FederatedUser":
            issuer = f"arn:aws:iam::{account}:user/ann"
            return {**of_account, "arn": f"arn:aws:sts::{account}:federated-user/fed", "issuer_arn": issuer}
        case "Root":
            return {**of_account, "arn": f"arn:aws:iam::{account}:root"}
        case "AWSService":
            return {
                "type": kind,
                "service": draw.pick(("lambda.amazonaws.com", "sns.amazonaws.com", "s3.amazonaws.com")),
            }
        case "WebIdentity":
            return {"type": kind, "provider": PROVIDER}
        case _:
            return {"type": kind}


_FIXED_BY_CALLER: Final = frozenset(
    {
        "aws:PrincipalArn",
        "aws:PrincipalAccount",
        "aws:PrincipalType",
        "aws:username",
        "aws:userid",
        "aws:PrincipalIsAWSService",
        "aws:ResourceAccount",
    }
)
"""Keys whose value follows from the rest of the question."""
_OF_SERVICES: Final = frozenset({"aws:SourceArn", "aws:SourceAccount"})


def _context(draw: Draw, caller: Case, keys: list[str]) -> dict[str, Any]:
    context: dict[str, Any] = {
        "aws:RequestedRegion": REGION,
        "aws:SecureTransport": draw.pick(("true",) * 4 + ("false",)),
    }
    context["aws:CurrentTime"] = "2026-11-24T08:00:00Z"
    context["aws:ViaAWSService"] = "false"
    if caller["type"] != "AWSService":
        context["aws:userid"] = {"IAMUser": "AIDAEXAMPLE", "Anonymous": "anonymous"}.get(
            caller["type"], "AROAEXAMPLE:one"
        )
    unsigned = caller["type"] in {"Anonymous", "WebIdentity", "AWSService"}
    for key in dict.fromkeys(keys):
        if key in _FIXED_BY_CALLER or key in context or draw.chance(0.25):
            continue
        if key in _OF_SERVICES and caller["type"] != "AWSService":
            continue
        if unsigned and key.startswith(("aws:PrincipalOrg", "aws:MultiFactor", "aws:PrincipalTag")):
            continue
        kind, values = KEYS[key]
        context[key] = draw.some(values, 0 if draw.chance(0.2) else 1, 2) if kind == "Strings" else draw.pick(values)
    if "aws:SourceVpce" in context or "aws:VpcSourceIp" in context:
        context.pop("aws:SourceIp", None)
        context.setdefault("aws:SourceVpce", "vpce-0a1b")
    return context


def _policies(draw: Draw, case: Case, keys: list[str]) -> Case:
    caller, kind = case["principal"], case["principal"]["type"]
    found: Case = {}
    if kind in {"IAMUser", "AssumedRole", "FederatedUser"}:
        found["identity_policies"] = [_document(draw, case, keys) for _ in draw.times(0, 2)]
        if draw.chance(0.2):
            found["boundary"] = _document(draw, case, keys)
    if kind in {"AssumedRole", "FederatedUser"} and draw.chance(0.3 if kind == "AssumedRole" else 0.8):
        found["session_policies"] = [_document(draw, case, keys)]
    if case["resource"] != "*" and draw.chance(0.6 if case["resource_account"] == caller.get("account") else 0.9):
        found["resource_policy"] = _document(draw, case, keys, principal="any")
    if kind != "Anonymous" and draw.chance(0.25):
        found["scp_levels"] = _levels(draw, case, keys)
    if draw.chance(0.25):
        found["rcp_levels"] = [
            {"node": f"n{i}", "policies": [_rcp(draw, case, keys) for _ in draw.times(1, 1)]} for i in draw.times(1, 2)
        ]
    if "aws:SourceVpce" in case["context"] and draw.chance(0.6):
        found["vpce_policy"] = _document(draw, case, keys, principal="endpoint")
    return found


def _levels(draw: Draw, case: Case, keys: list[str]) -> list[Case]:
    full = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    return [
        {
            "node": f"n{i}",
            "policies": [
                full if draw.chance(0.7) else _document(draw, case, keys, version="2012-10-17")
                for _ in draw.times(1, 2)
            ],
        }
        for i in draw.times(1, 3)
    ]


def _document(
    draw: Draw, case: Case, keys: list[str], *, principal: str | None = None, version: str | None = None
) -> Case:
    version = version or ("2012-10-17" if draw.chance(0.94) else "2008-10-17")
    statements = []
    for _ in draw.times(1, 3):
        effect = draw.pick(("Allow", "Allow", "Allow", "Deny"))
        statement: Case = {"Effect": effect, **_action(draw, case)}
        trust = principal == "any" and case["action"].startswith("sts:")
        if not trust:
            statement |= _resource(draw, case, variables=version == "2012-10-17" or draw.chance(0.5))
        else:
            statement["Action"] = draw.pick((case["action"], "sts:AssumeRole", [case["action"], "sts:TagSession"]))
            statement.pop("NotAction", None)
        if principal is not None:
            everyone = principal == "endpoint" and draw.chance(0.95)
            statement |= {"Principal": "*"} if everyone else _principal(draw, case, effect, plain=trust)
        condition = _conditions(draw, keys)
        if condition:
            statement["Condition"] = condition
        statements.append(statement)
    return {"Version": version, "Statement": statements}


def _rcp(draw: Draw, case: Case, keys: list[str]) -> Case:
    service = case["action"].split(":")[0]
    statement: Case = {"Effect": "Deny", "Principal": "*", "Resource": "*"}
    statement["Action"] = draw.pick((f"{service}:*", case["action"], ["s3:*", "sqs:*", "kms:*", "sts:*"]))
    condition = _conditions(draw, keys)
    statement["Condition"] = condition or {"BoolIfExists": {"aws:SecureTransport": "false"}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _action(draw: Draw, case: Case) -> Case:
    action: str = case["action"]
    service, name = action.split(":")
    fitting = (action, action, f"{service}:*", f"{service}:{name[:3]}*", "*", f"{service}:?{name[1:]}", action.lower())
    other = ("s3:Put*", "ec2:*", "iam:*", "sqs:Receive*", "kms:Decrypt", "logs:*")
    patterns = [draw.pick(fitting if draw.chance(0.75) else other) for _ in draw.times(1, 2)]
    element = "NotAction" if draw.chance(0.12) else "Action"
    if element == "NotAction":
        patterns = [draw.pick(other if draw.chance(0.7) else fitting)]
    return {element: patterns if len(patterns) > 1 or draw.chance(0.4) else patterns[0]}


def _resource(draw: Draw, case: Case, *, variables: bool) -> Case:
    resource: str = case["resource"]
    fitting = ["*", "*", resource]
    if resource != "*":
        head, tail = resource.rsplit(":", 1)
        fitting += [f"{head}:*", f"{resource[:-2]}*", f"{resource[:-1]}?", resource.replace(REGION, "*")]
        fitting += [f"{head}:{tail[:2]}*{tail[-1]}"]
        if variables:
            fitting += [f"{head}:{tail}${{aws:PrincipalTag/none, ''}}"] if draw.chance(0.1) else []
            fitting += (
                [f"{head}:${{aws:PrincipalTag/team}}*", f"{head}:*${{aws:username}}*"] if draw.chance(0.3) else []
            )
    other = (
        "arn:aws:s3:::other/*",
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:other",
        "arn:aws:s3:::data",
        f"arn:aws:iam::{OTHER}:role/*",
    )
    element = "NotResource" if draw.chance(0.08) else "Resource"
    patterns = [
        draw.pick(fitting if draw.chance(0.8 if element == "Resource" else 0.3) else other) for _ in draw.times(1, 2)
    ]
    return {element: patterns if len(patterns) > 1 or draw.chance(0.4) else patterns[0]}


def _principal(draw: Draw, case: Case, effect: str, *, plain: bool) -> Case:
    caller = case["principal"]
    account = caller.get("account", ACCOUNT)
    own = [{"AWS": value} for value in (caller.get("arn"), caller.get("role_arn"), caller.get("issuer_arn")) if value]
    own += [{"AWS": account}, {"AWS": f"arn:aws:iam::{account}:root"}] if "account" in caller else []
    own += [{"Service": caller["service"]}] if "service" in caller else []
    own += [{"Federated": caller["provider"]}] * 3 if "provider" in caller else []
    everyone: list[Any] = ["*", {"AWS": "*"}]
    others: list[Any] = [
        {"AWS": f"arn:aws:iam::{account}:role/other"},
        {"AWS": [f"arn:aws:iam::{THIRD}:root", f"arn:aws:iam::{account}:user/ann"]},
        {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
        {"AWS": THIRD},
    ]
    chosen = draw.pick(own or everyone) if draw.chance(0.6) else draw.pick(everyone if draw.chance(0.6) else others)
    if not plain and effect == "Deny" and chosen not in everyone and draw.chance(0.2):
        return {"NotPrincipal": chosen}
    return {"Principal": chosen}


def _conditions(draw: Draw, keys: list[str]) -> Case:
    found: Case = {}
    for _ in draw.times(0, 2) if draw.chance(0.6) else ():
        key = draw.pick(keys)
        kind, values = KEYS[key]
        if draw.chance(0.1):
            found.setdefault("Null", {})[key] = draw.pick(("true", "false"))
            continue
        operator = draw.pick(OPERATORS[kind])
        if draw.chance(0.02):
            operator = draw.pick(_WRONG_TYPES)
        if kind == "Strings" or draw.chance(0.04):
            operator = (draw.pick(("ForAllValues:", "ForAnyValue:")) if draw.chance(0.9) else "") + operator
        if draw.chance(0.2):
            operator += "IfExists"
        wanted = [_wanted(draw, key, kind, operator, values) for _ in draw.times(1, 2)]
        block = found.setdefault(operator, {})
        if key.lower() not in {other.lower() for other in block}:
            spelled = key.lower() if draw.chance(0.05) else key
            block[spelled] = wanted if len(wanted) > 1 or draw.chance(0.3) else wanted[0]
    return found


def _wanted(draw: Draw, key: str, kind: str, operator: str, values: tuple[str, ...]) -> str:
    held = draw.context.get(key)
    fitting = held if isinstance(held, str) else held[0] if held else None
    value: str = fitting if fitting is not None and draw.chance(0.55) else draw.pick(_WANTED.get(kind, values))
    options: tuple[str, ...] = (value,)
    if kind == "IPAddress":
        options = (value, *_WANTED["IPAddress"])
    elif "Like" in operator and value and draw.chance(0.5):
        options = (f"{value[:-2]}*", f"*{value[-3:]}", f"{value[:-1]}?", "*")
    elif kind in {"String", "Strings"} and draw.chance(0.06):
        options = ("${aws:PrincipalTag/team}", "${aws:username}", "${aws:PrincipalTag/none, 'blue'}")
    elif kind == "ARN" and draw.chance(0.3):
        options = (value.replace(ACCOUNT, "*"), f"arn:aws:*:*:{value.split(':')[-2]}:*", f"{value[:-1]}*")
    chosen: str = draw.pick(options)
    return chosen
