"""Secrets of our own kinds, as a plugin of detect-secrets."""

import re

from detect_secrets.plugins.base import RegexBasedDetector


class OwnSecretDetector(RegexBasedDetector):
    """API keys of zorgketen, secrets in its settings, passwords in the addresses of a database, PGP and age keys."""

    secret_type = "Secret of zorgketen"  # noqa: S105
    denylist = (
        re.compile(r"\bzk_[A-Za-z0-9_-]{32,}"),
        re.compile(r"\b(?:ZORGKETEN_[A-Z_]*(?:SECRET|SLEUTEL|KEY)|PGPASSWORD)\s*[=:]\s*[\"']?([A-Za-z0-9_+/=-]{16,})"),
        re.compile(r"\b(?:postgres(?:ql)?|https?|amqp|redis)(?:\+\w+)?://[^:/\s@{}]+:([^@/\s{}]{6,})@"),
        re.compile(r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b"),
    )
