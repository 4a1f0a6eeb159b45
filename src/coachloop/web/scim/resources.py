"""People and groups as SCIM resources: what of the core schemas is kept here, and how it maps to people."""

import hashlib
import json
from typing import Annotated, Any

from pydantic import EmailStr, Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Filter,
    Meta,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

from coachloop.app.errors import RefusedError
from coachloop.app.queries.provisioning import Described, Grouped
from coachloop.app.services.provisioning import Account
from coachloop.app.services.provisioning import Group as Kept

MOST = 500
"""Resources in one answer."""


class Name(ComplexAttribute):
    """The parts of a name."""

    formatted: str | None = None
    family_name: str | None = None
    given_name: str | None = None


class Email(ComplexAttribute):
    """An address; the primary one, else the first, is the person's here."""

    value: Annotated[EmailStr | None, Required.true] = None
    type: str | None = None
    primary: bool | None = None


class User(Resource[Any]):
    """Somebody who signs in."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Required.true, Uniqueness.server] = None
    name: Name | None = None
    display_name: str | None = None
    active: Annotated[bool | None, Required.true] = None
    emails: Annotated[list[Email] | None, Required.true] = None


class GroupMember(ComplexAttribute):
    """Somebody in a group."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )


class Group(Resource[Any]):
    """A group of the directory, from which roles may follow."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    members: list[GroupMember] | None = None


CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MOST),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type="oauthbearertoken", name="Token", description="A token of an admin, with the scope people:write"
        )
    ],
)
POLICY = ScimPolicy(unknown=ScimPolicy.Unknown.ignore)
PROVIDER = ScimProvider([User, Group], config=CONFIG, policy=POLICY)


def user_resource(one: Described, base: str) -> User:
    """A person, as the directory described them, with what holds here now."""
    said = one.described
    emails = said.get("emails") or [{"value": one.email, "primary": True}]
    made = User.model_validate(
        {
            "schemas": [str(User.__schema__)],
            "userName": one.user_name,
            "name": said.get("name"),
            "displayName": said.get("displayName", None if said else one.name),
            "externalId": one.external_id or None,
            "active": one.active,
            "emails": emails,
        }
    )
    made.id = str(one.id)
    made.meta = _meta(made, f"{base}/Users/{one.id}", (one.created_at, one.changed_at))
    return made


def group_resource(one: Grouped, base: str) -> Group:
    """A group with its members."""
    members = [{"value": str(pk), "$ref": f"{base}/Users/{pk}"} for pk in one.members]
    made = Group.model_validate(
        {
            "schemas": [str(Group.__schema__)],
            "displayName": one.name,
            "externalId": one.external_id or None,
            "members": members or None,
        }
    )
    made.id = f"g{one.id}"  # an id is one of a kind among people and groups together
    made.meta = _meta(made, f"{base}/Groups/{made.id}", (one.created_at, one.changed_at))
    return made


def _meta(made: Resource[Any], location: str, times: tuple[Any, Any]) -> Meta:
    text = json.dumps(made.model_dump(), default=str, sort_keys=True)
    version = f'W/"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
    created, changed = times
    return Meta(
        resource_type=type(made).__name__, created=created, last_modified=changed, location=location, version=version
    )


def completed(body: bytes) -> bytes:
    """A person as it was sent, with what directories leave out: `active`, and the address where `userName` is one."""
    try:
        sent = json.loads(body)
    except ValueError:
        return body
    if not isinstance(sent, dict):
        return body
    there = {str(name).lower(): value for name, value in sent.items()}
    name = there.get("username")
    if there.get("active") is None:
        sent["active"] = True
    if not there.get("emails") and isinstance(name, str) and "@" in name:
        sent["emails"] = [{"value": name, "primary": True}]
    return json.dumps(sent).encode()


def account(given: User) -> Account:
    """A person whom the directory describes.

    Raises:
        RefusedError: no address of theirs is given.
    """
    emails = [one for one in given.emails or [] if one.value]
    chosen = next((one for one in emails if one.primary), emails[0] if emails else None)
    address = str(chosen.value) if chosen else str(given.user_name)
    if "@" not in address:
        raise RefusedError("give an email address, in emails or as userName: people are known here by it")
    parts = given.name or Name()
    whole = parts.formatted or " ".join(filter(None, (parts.given_name, parts.family_name)))
    said = given.model_dump(include={"name", "display_name", "emails"})
    return Account(
        user_name=str(given.user_name),
        email=address,
        name=(given.display_name or whole or str(given.user_name))[:200],
        active=bool(given.active),
        external_id=(given.external_id or "")[:200],
        described={name: said[name] for name in ("name", "displayName", "emails") if said.get(name)},
    )


def kept_group(given: Group) -> Kept:
    """A group whom the directory describes.

    Raises:
        RefusedError: a member's value is no id.
    """
    ids = [one.value or "" for one in given.members or []]
    if wrong := next((one for one in ids if not one.isdecimal()), None):
        raise RefusedError(f"there is nobody with the id {wrong!r}")
    return Kept(str(given.display_name), given.external_id or "", frozenset(map(int, filter(None, ids))))
