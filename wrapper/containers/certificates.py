"""The sandbox's own certificate authority, and a certificate of it for each of the simulated ACM's, for the proxy.

A certificate covers its names as they are and with ``.localhost`` behind them.
"""

from __future__ import annotations

import datetime
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

CA = "ca.pem"
_CA_KEY = "ca.key"
_DAYS = 365


class Authority:
    """``home``: the folder of the certificates; the authority is made there at first use."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def bundle(self) -> Path:
        """What a client must trust: ``curl --cacert``."""
        if not (self._home / CA).exists():
            self._make()
        return self._home / CA

    def listed(self, port: int, names: Mapping[str, Sequence[str]]) -> str:
        """HAProxy's crt-list of one listener port: the certificates by their ARN, each with its names."""
        self.bundle()
        lines = [f"{self._certificate(arn, found).name}\n" for arn, found in names.items()]
        path = self._home / f"crt-list-{port}"
        path.write_text("".join(lines))
        return path.name

    def _certificate(self, arn: str, names: Sequence[str]) -> Path:
        digest = hashlib.sha256(repr((arn, sorted(names))).encode()).hexdigest()[:16]
        path = self._home / f"cert-{digest}.pem"
        if not path.exists():
            covered = [*names, *(f"{name}.localhost" for name in names)]
            _write(path, _signed(covered, *self._authority()))
        return path

    def _authority(self) -> tuple[Any, Any]:
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        key = load_pem_private_key((self._home / _CA_KEY).read_bytes(), None)
        return x509.load_pem_x509_certificate((self._home / CA).read_bytes()), key

    def _make(self) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("orchestrate sandbox")
        usage = dict.fromkeys(_USAGES, False) | {"key_cert_sign": True, "crl_sign": True}
        made = (
            _builder(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        _write(self._home / _CA_KEY, _pem(key))
        _write(self._home / CA, _pem_of(made, key))


_USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def _signed(names: Sequence[str], authority: Any, authority_key: Any) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _builder(_name(names[0][:64]), authority.subject, key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
    )
    return _pem_of(made, authority_key) + _pem(key)


def _name(text: str) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject: Any, issuer: Any, public_key: Any) -> Any:
    from cryptography import x509

    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public_key)
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).serial_number(x509.random_serial_number())
    return builder.not_valid_after(now + datetime.timedelta(days=_DAYS))


def _pem_of(builder: Any, key: Any) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    return bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))


def _pem(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _write(path: Path, content: bytes) -> None:
    """For its owner alone, and never half."""
    draft = path.with_suffix(".new")
    draft.write_bytes(content)
    draft.chmod(0o600)
    os.replace(draft, path)
