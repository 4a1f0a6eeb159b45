"""What allauth is told of the company's own sign-in, from the configuration."""

from hashlib import sha256
from pathlib import Path
from typing import Any

from coachloop.project.config import Config

EMAIL = (
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "email",
    "mail",
)
"""Under which names SAML providers usually give the address."""


def oidc_provider(config: Config, key: str) -> dict[str, Any]:
    """The OpenID provider, under this name."""
    app = {
        "provider_id": key,
        "name": config.oidc_name,
        "client_id": config.oidc_client_id,
        "secret": config.oidc_client_secret.get_secret_value(),
        "settings": {"server_url": f"{config.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"},
    }
    return {
        "provider_class": "coachloop.web.pages.oidc.Provider",
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": config.oidc_scope.split(),
        "APPS": [app],
    }


def saml_app(config: Config, slug: str) -> dict[str, Any]:
    """The SAML provider: its assertions must be signed, with today's algorithms, and answer a request of this site."""
    there = config.saml_metadata
    url = there if there.startswith(("http://", "https://")) else Path(there).resolve().as_uri()
    strict = {
        "strict": True,
        "want_assertion_signed": True,
        "reject_deprecated_algorithm": True,
        "reject_idp_initiated_sso": True,
        "want_attribute_statement": False,
    }
    return {
        "provider_id": f"saml-{sha256(there.encode()).hexdigest()[:12]}",
        "name": config.saml_name,
        "client_id": slug,
        "settings": {
            "idp": {"metadata_url": url, "entity_id": None},
            "sp": {"entity_id": config.saml_entity_id},
            "advanced": strict,
            "attribute_mapping": {"email": [config.saml_email] if config.saml_email else list(EMAIL)},
        },
    }
