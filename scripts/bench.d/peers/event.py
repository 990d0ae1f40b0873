"""The event as a careful Python user would validate it: pydantic models, checked by its compiled core."""

from datetime import datetime, timedelta, timezone
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=128)]
ClientID = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,63}$")]
# A pattern instead of pydantic's EmailStr: that one costs tens of microseconds an address.
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^\s@<>(),;:\\\"\[\]]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$"),
]
MAX_AGE = timedelta(days=3660)


def not_in_the_future(value: datetime) -> datetime:
    now = datetime.now(timezone.utc)
    if value > now + timedelta(minutes=5) or value < now - MAX_AGE:
        raise ValueError("time is in the future, or absurdly old")
    return value


PastTime = Annotated[AwareDatetime, AfterValidator(not_in_the_future)]


class Model(BaseModel):
    # Unknown fields are accepted and dropped, wrong types are refused and not converted.
    model_config = ConfigDict(extra="ignore", frozen=True)


class EmailIdentity(Model):
    type: Literal["email"]
    value: Email


class CustomerIdentity(Model):
    type: Literal["controller_customer_id"]
    value: Text


class PhoneIdentity(Model):
    type: Literal["phone"]
    value: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]


Identity = Annotated[EmailIdentity | CustomerIdentity | PhoneIdentity, Field(discriminator="type")]


class Contact(Model):
    email: Email | None = None
    name: Annotated[str, StringConstraints(max_length=255)] | None = None
    locale: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None


class Subject(Model):
    identities: Annotated[list[Identity], Field(min_length=1, max_length=50)]
    contact: Contact | None = None


class RequestSubmitted(Model):
    request_ref: Reference | None = None
    channel: Literal["form", "email", "chat", "phone", "api", "agent"]
    submitted_time: PastTime
    submitted_by: Literal["subject", "client", "authorised_agent"]
    relationship: Literal["end_user", "client_user", "visitor", "unknown"]
    client: ClientID
    right: Literal[
        "access", "portability", "rectification", "erasure", "restriction", "objection", "opt_out",
        "withdraw_consent", "limit_sensitive", "disclosure_list", "public_removal",
    ]
    regulation: Literal["gdpr", "uk_gdpr", "fadp", "ccpa", "hipaa", "lgpd", "other"]
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")] | None = None
    subjects: Annotated[list[Subject], Field(min_length=1, max_length=1000)]
    session_verified: bool = False
    message: Annotated[str, StringConstraints(max_length=32768)] | None = None
    minor_under_13: bool = False
    health_data: bool = False
    reference: Reference | None = None


class Event(Model):
    specversion: Literal["1.0"]
    id: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    source: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    type: Literal["io.habeas.request.submitted.v1"]
    time: AwareDatetime | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    data: RequestSubmitted
