"""What a browser is asked for by WebAuthn, and whether what it answers is proved.

A member of staff adds a passkey while signed in, and signs in with it from then on. A device checks who uses it (a
finger, a face, a code), and signs a challenge for our address alone: nothing that a stranger's page could ask for works
here. The library takes 13 MB, so whoever needs it imports this module when they do.
"""

import datetime as dt

import webauthn
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from feedback.record import access
from feedback.record.access import Principal
from feedback.record.access.passkeys import MOST_OF_ONE, PasskeySite, listed
from feedback.record.audit import note
from feedback.record.encryption import KeyRing
from feedback.record.errors import Malformed, NotAuthentic
from feedback.record.models import Passkey, Person
from feedback.record.states import CredentialKind

MAX_NAME_LENGTH = 100


def to_add(session: Session, keys: KeyRing, at: PasskeySite, who: Principal) -> tuple[str, bytes]:
    """Returns what a browser is asked to add a passkey by, as JSON, and the challenge in it. Raises `Malformed`."""
    known = listed(session, who)
    if len(known) >= MOST_OF_ONE:
        raise Malformed(f"one may have {MOST_OF_ONE} passkeys at most")
    email = session.get_one(Person, who.person_id).email
    options = webauthn.generate_registration_options(
        rp_id=at.domain,
        rp_name="Citizen feedback",
        user_id=keys.digest(f"passkeys of {who.person_id}".encode()),
        user_name=email,
        user_display_name=who.name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return webauthn.options_to_json(options), options.challenge


def add(session: Session, at: PasskeySite, who: Principal, challenge: bytes, answer: str, name: str) -> None:
    """Stores the passkey that a device made. Raises `Malformed` for what does not answer the challenge."""
    name = " ".join(name.split())[:MAX_NAME_LENGTH] or "Passkey"
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=at.domain,
            expected_origin=at.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Malformed("this browser made no passkey that can be used here") from None
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id).limit(1)):
        raise Malformed("this passkey is known already")
    kept = Passkey(
        person_id=who.person_id,
        name=name,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
    )
    session.add(kept)
    session.flush()
    note(session, who.caller, "passkey added", f"person:{who.person_id}", None, name=name)


def to_sign_in(at: PasskeySite) -> tuple[str, bytes]:
    """Returns what a browser is asked to sign in by, as JSON, and the challenge in it; the same for everybody."""
    options = webauthn.generate_authentication_options(
        rp_id=at.domain, user_verification=UserVerificationRequirement.REQUIRED
    )
    return webauthn.options_to_json(options), options.challenge


def recognise(session: Session, at: PasskeySite, challenge: bytes, answer: str) -> Principal:
    """Says whose passkey signed the challenge. Raises `NotAuthentic` if nobody's did, or who has it has no role."""
    try:
        named = base64url_to_bytes(parse_authentication_credential_json(answer).id)
        found = session.scalar(select(Passkey).where(Passkey.credential_id == named).with_for_update())
        if found is None:
            raise NotAuthentic("this passkey is not known here")
        proved = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=at.domain,
            expected_origin=at.origin,
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise NotAuthentic("this passkey does not fit") from None
    found.sign_count, found.last_used_at = proved.new_sign_count, dt.datetime.now(dt.UTC)
    person, roles = session.get_one(Person, found.person_id), access.roles_of(session, found.person_id)
    if person.left_at or not roles:
        raise NotAuthentic("nobody has given you a role here")
    return Principal(0, person.name, roles, CredentialKind.LINK, person_id=person.id)
