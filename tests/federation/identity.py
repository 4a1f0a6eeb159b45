"""A SAML provider of the tests' own: its key, its metadata, and responses that it signs or an attacker changes."""

import base64
import datetime as dt
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

ENTITY = "http://idp.example/metadata"


@dataclass
class Identity:
    """Who vouches, for a site with this address of its assertion consumer and this entity id."""

    acs: str
    audience: str
    keys: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> tuple[bytes, bytes]:
        """Its private key and certificate, as PEM."""
        return made_key()

    def metadata(self) -> str:
        """What the site is told of it."""
        body = base64.b64encode(x509.load_pem_x509_certificate(self.key[1]).public_bytes(serialization.Encoding.DER))
        return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ENTITY}">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
      <ds:X509Certificate>{body.decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="http://idp.example/sso"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>"""


def made_key() -> tuple[bytes, bytes]:
    """A private key and its certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example")])
    now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=2))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True)
class Said:
    """What a response says; what is None is as it should be."""

    answers: str
    email: str = "ada@example.org"
    groups: tuple[str, ...] = ("leads",)
    audience: str | None = None
    minutes: int = 5
    subject: str = "ada"


def response(identity: Identity, said: Said, key: tuple[bytes, bytes] | None = None) -> Any:
    """A response with a signed assertion, as a tree that may still be changed."""
    import xmlsec  # noqa: PLC0415 -- of the extra
    from lxml import etree  # noqa: PLC0415

    tree = etree.fromstring(_text(identity, said))
    assertion = tree.find("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
    signature = xmlsec.template.create(assertion, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256, ns="ds")
    assertion.insert(1, signature)
    reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri=f"#{assertion.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    private, certificate = key or identity.key
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(private, xmlsec.KeyFormat.PEM)
    context.key.load_cert_from_memory(certificate, xmlsec.KeyFormat.PEM)
    xmlsec.tree.add_ids(assertion, ["ID"])
    context.sign(signature)
    return tree


def _text(identity: Identity, said: Said) -> bytes:
    now = dt.datetime.fromtimestamp(
        time.time(), dt.UTC
    )  # the site's clock is the real one, whatever this process lives at
    at, until = (
        f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in (now - dt.timedelta(minutes=1), now + dt.timedelta(minutes=said.minutes))
    )
    groups = "".join(f"<saml:AttributeValue>{group}</saml:AttributeValue>" for group in said.groups)
    return f"""<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
 ID="_response" Version="2.0" IssueInstant="{at}" Destination="{identity.acs}" InResponseTo="{said.answers}">
<saml:Issuer>{ENTITY}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion ID="_assertion" Version="2.0" IssueInstant="{at}"><saml:Issuer>{ENTITY}</saml:Issuer>
<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{said.subject}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData
 NotOnOrAfter="{until}" Recipient="{identity.acs}" InResponseTo="{said.answers}"/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{at}" NotOnOrAfter="{until}"><saml:AudienceRestriction><saml:Audience>{said.audience or identity.audience}</saml:Audience>
</saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{at}" SessionIndex="_s"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement><saml:Attribute Name="email"><saml:AttributeValue>{said.email}</saml:AttributeValue></saml:Attribute>
<saml:Attribute Name="groups">{groups}</saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>""".encode()
