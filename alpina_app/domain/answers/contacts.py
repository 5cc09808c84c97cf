"""E-mail addresses, phone numbers and links in an answer.

Source: scenario-format "Answers" and "Fine print". email-validator and phonenumbers do the
parsing; each is imported when the first such answer comes.
"""

import re
from ipaddress import AddressValueError, IPv4Address
from typing import Final
from urllib.parse import SplitResult, urlsplit

_PHONE: Final = re.compile(r"(?:\+\s?)?[0-9(][0-9()\s.‐‑–−-]*")
_LONGEST_PHONE: Final = 40
_LONGEST_EMAIL: Final = 254
_LONGEST_URL: Final = 2048
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_LABEL: Final = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_NO_URL: Final = re.compile(r'[\s\x00-\x1f\x7f\ud800-\udfff<>"\\]')


def parse_email(text: str) -> str | None:
    """The normalised address, without a look-up in the DNS; a name before it is refused."""
    from email_validator import EmailNotValidError, validate_email

    text = text.strip()
    if len(text) > _LONGEST_EMAIL:
        return None
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def parse_phone(text: str, region: str) -> str | None:
    """The number as E.164; `region` (ISO 3166, two letters) is the country where no + leads."""
    import phonenumbers

    text = text.strip()
    if len(text) > _LONGEST_PHONE or not _PHONE.fullmatch(text):
        return None
    try:
        number = phonenumbers.parse(text, region.strip().upper())
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def parse_url(text: str) -> str | None:
    """The link with its scheme (http or https; https where none stands), host in lower case."""
    text = text.strip()
    if len(text) > _LONGEST_URL or _NO_URL.search(text):
        return None
    scheme = _SCHEME.match(text)
    try:
        parts = urlsplit(text if scheme else f"https://{text}")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or port == 0 or "@" in parts.netloc:
        return None
    if not _is_public_name(parts.hostname or "") or parts.netloc.endswith(":"):
        return None
    return _with_lower_host(parts)


def _is_public_name(host: str) -> bool:
    labels = host.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        return False
    if not labels[-1].isdecimal():
        return True
    try:
        IPv4Address(host)
    except AddressValueError:
        return False
    return True


def _with_lower_host(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.lower()).geturl()
