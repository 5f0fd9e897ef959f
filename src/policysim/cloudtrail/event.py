"""CloudTrail records as pydantic models: untrusted shapes are checked here, unknown fields are kept.

A record may be older or newer than these models: only what makes it a CloudTrail record is required (event source and
name), and every field that is not modelled stays with the event.
Source: CloudTrail User Guide, cloudtrail-event-reference-record-contents and -user-identity.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from policysim.cloudtrail.error_codes import ResponseError, error_in_response, look_alike, means_denied

if TYPE_CHECKING:
    from collections.abc import Mapping


class EventCategory(Enum):
    """The kinds of CloudTrail event; the value is the word for reports."""

    MANAGEMENT = "management"
    DATA = "data"
    INSIGHTS = "Insights"
    NETWORK_ACTIVITY = "network activity"
    UNKNOWN = "unknown"


def _instant(text: str) -> datetime:
    """The instant, in UTC, that a text of ISO 8601 writes; ``ValueError`` where it writes none that there is."""
    time = datetime.fromisoformat(text)
    try:
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("outside of the calendar") from error


def _checked_time(text: str) -> str:
    _instant(text)
    return text


TimeText = Annotated[str, AfterValidator(_checked_time)]
"""A date and time in ISO 8601, kept as the text that CloudTrail wrote."""

Untyped = Any
"""A part of the record whose shape each service chooses for itself."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, alias_generator=to_camel)


class SessionIssuer(_Part):
    """Who issued the credentials of a session: the role, or the user behind a federated session."""

    type: str | None = None
    principal_id: str | None = None
    arn: str | None = None
    account_id: str | None = None
    user_name: str | None = None


class SessionAttributes(_Part):
    """When the credentials of a session were issued, and whether with MFA (``true`` or ``false`` as text)."""

    creation_date: str | None = None
    mfa_authenticated: str | bool | None = None


class WebIdFederationData(_Part):
    """The identity provider of a session that began with a web identity."""

    federated_provider: str | None = None
    attributes: Untyped = None


class SessionContext(_Part):
    """The session behind temporary credentials. All parts may be missing or empty."""

    session_issuer: SessionIssuer | None = None
    attributes: SessionAttributes | None = None
    web_id_federation_data: WebIdFederationData | None = None
    source_identity: str | None = None
    ec2_role_delivery: Annotated[str | None, Field(alias="ec2RoleDelivery")] = None
    assumed_root: str | bool | None = None


class UserIdentity(_Part):
    """Who called."""

    type: str | None = None
    principal_id: str | None = None
    arn: str | None = None
    account_id: str | None = None
    access_key_id: str | None = None
    user_name: str | None = None
    invoked_by: str | None = None
    identity_provider: str | None = None
    session_context: SessionContext | None = None
    on_behalf_of: Untyped = None


class ResourceEntry(_Part):
    """One entry of ``resources``: an ARN (or the prefix of many), its owner, its CloudFormation type."""

    arn: Annotated[str | None, Field(alias="ARN")] = None
    arn_prefix: Annotated[str | None, Field(alias="ARNPrefix")] = None
    account_id: str | None = None
    type: str | None = None


class TlsDetails(_Part):
    """The TLS connection that the call came through."""

    tls_version: str | None = None
    cipher_suite: str | None = None
    client_provided_host_header: str | None = None


class Event(_Part):
    """One CloudTrail record."""

    event_source: str
    event_name: str
    event_version: str | None = None
    event_time: TimeText | None = None
    event_type: str | None = None
    event_category: str | None = None
    event_id: Annotated[str | None, Field(alias="eventID")] = None
    request_id: Annotated[str | None, Field(alias="requestID")] = None
    shared_event_id: Annotated[str | None, Field(alias="sharedEventID")] = None
    aws_region: str | None = None
    source_ip_address: Annotated[str | None, Field(alias="sourceIPAddress")] = None
    user_agent: str | None = None
    user_identity: UserIdentity | None = None
    error_code: str | None = None
    error_message: str | None = None
    request_parameters: Untyped = None
    response_elements: Untyped = None
    additional_event_data: Untyped = None
    service_event_details: Untyped = None
    event_context: Untyped = None
    resources: tuple[ResourceEntry, ...] | None = None
    read_only: bool | None = None
    management_event: bool | None = None
    recipient_account_id: str | None = None
    api_version: str | None = None
    vpc_endpoint_id: str | None = None
    vpc_endpoint_account_id: str | None = None
    tls_details: TlsDetails | None = None
    session_credential_from_console: str | bool | None = None

    @property
    def category(self) -> EventCategory:
        """Management, data, Insights or network activity event; older records tell it by other fields."""
        if (named := _CATEGORY_BY_NAME.get((self.event_category or "").lower())) is not None:
            return named
        if (typed := _CATEGORY_BY_TYPE.get((self.event_type or "").lower())) is not None:
            return typed
        if self.management_event is None:
            return EventCategory.UNKNOWN
        return EventCategory.MANAGEMENT if self.management_event else EventCategory.DATA

    @property
    def version(self) -> tuple[int, int]:
        """``eventVersion`` as major and minor number; ``(0, 0)`` when it is missing or no version."""
        major, _, minor = (self.event_version or "").partition(".")
        is_version = len(f"{major}{minor}") <= LONGEST_VERSION and major.isdecimal() and minor.isdecimal()
        return (int(major), int(minor)) if is_version else (0, 0)

    @property
    def time(self) -> datetime | None:
        """``eventTime`` as an instant in UTC."""
        return None if self.event_time is None else _instant(self.event_time)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """``requestParameters`` where it is an object, else an empty one, as where it is left out for its size."""
        shown = self.request_parameters
        return shown if isinstance(shown, dict) and shown.get("omitted") is not True else {}

    @property
    def shows_parameters(self) -> bool:
        """Whether a parameter that is not shown was not passed.

        Many services leave out all of them where they refuse a call; a call that succeeded and shows none had none.
        """
        return bool(self.parameters) or (self.request_parameters in (None, {}) and self.failure is None)

    @cached_property
    def parameter_names(self) -> Mapping[str, str]:
        """The names of the request parameters by their lower-case form."""
        return {name.lower(): name for name in self.parameters}

    @cached_property
    def owner_by_arn(self) -> Mapping[str, str]:
        """The account that ``resources`` gives for each ARN."""
        return {entry.arn: entry.account_id for entry in self.resources or () if entry.arn and entry.account_id}

    @property
    def failure(self) -> ResponseError | None:
        """The error of the call: that of the record, else the one that the service put into its answer."""
        if self.error_code is not None:
            return ResponseError(self.error_code, self.error_message)
        return error_in_response(self.response_elements) if self.error_message is None else None

    @property
    def is_denial(self) -> bool:
        """Whether the error code says that an authorization failed (spec M16)."""
        failure = self.failure
        return failure is not None and means_denied(failure.code, self.event_source)

    @property
    def is_call(self) -> bool:
        """Whether the record is about one request to an API: neither a sign-in, nor a service's note, nor Insights."""
        return self.category is not EventCategory.INSIGHTS and self.event_type not in _NO_CALLS

    @property
    def why_no_denial(self) -> str | None:
        """One sentence that says why the event is no denied request; ``None`` when it is one."""
        if not self.is_call:
            return self._why_no_call()
        if self.is_denial:
            return None
        failure = self.failure
        if failure is None:
            failed = "failed without an error code" if self.error_message else "succeeded"
            return f"`{self.event_name}` {failed}"
        similar = look_alike(failure.code)
        meaning = similar.sentence if similar is not None else "which is no authorization failure"
        joint = ": " if similar is not None else ", "
        return f"`{self.event_name}` failed with `{failure.code}`{joint}{meaning}"

    def _why_no_call(self) -> str:
        if self.category is EventCategory.INSIGHTS:
            return "the record is an Insights event: it counts calls and describes none of them"
        if self.event_type == "AwsServiceEvent":
            return f"`{self.event_name}` is an event of the service itself, not a request by anybody"
        if self._sign_in_failed and self.event_name == SWITCH_ROLE:
            return (
                f"`{self.event_name}` is the console's note that it could not switch: the call that policies refuse is"
                " `AssumeRole` of `sts.amazonaws.com`, whose event stands beside it"
            )
        if self._sign_in_failed:
            return (
                f"`{self.event_name}` failed at authentication: the sign-in was refused before any policy was looked at"
            )
        return f"`{self.event_name}` is a sign-in, which no policy authorizes"

    @property
    def _sign_in_failed(self) -> bool:
        answer = self.response_elements if isinstance(self.response_elements, dict) else {}
        return bool(self.error_code or self.error_message) or "Failure" in answer.values()


LONGEST_VERSION = 8
"""The most digits that a version may have: it is a number of two or three, and text from outside."""

SWITCH_ROLE = "SwitchRole"
"""The one sign-in event whose failure is a matter of policies (IAM User Guide, cloudtrail-integration)."""

_CATEGORY_BY_NAME = {
    "management": EventCategory.MANAGEMENT,
    "data": EventCategory.DATA,
    "insight": EventCategory.INSIGHTS,
    "insights": EventCategory.INSIGHTS,
    "networkactivity": EventCategory.NETWORK_ACTIVITY,
}
_CATEGORY_BY_TYPE = {
    "awscloudtrailinsight": EventCategory.INSIGHTS,
    "awsvpceevent": EventCategory.NETWORK_ACTIVITY,
}
_NO_CALLS = frozenset({"AwsServiceEvent", "AwsConsoleSignIn"})
"""The event types that are about no request to an API; types yet to come are taken for calls."""
