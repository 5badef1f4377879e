"""Verifies a webhook of Dialspool (Standard Webhooks, symmetric signatures)."""
import base64
import hashlib
import hmac
import time

TOLERANCE_SECONDS = 300


def is_genuine(secret: str, headers, body: bytes, now=None) -> bool:
    """Whether who knows the secret (whsec_...) sent these bytes just now. Verify first, parse afterwards."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_SECONDS:
        return False  # an old one, sent again by somebody else
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(  # several while a secret is being exchanged
        hmac.compare_digest(f"v1,{expected}", each) for each in headers["webhook-signature"].split(" ")
    )
