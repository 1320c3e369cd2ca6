"""The sandbox's own certificate authority."""

from __future__ import annotations

import ssl
from pathlib import Path

from cryptography import x509

from wrapper.containers.certificates import CA, Authority


def test_a_certificate_covers_names_here_and_there_and_is_the_authoritys(tmp_path: Path) -> None:
    listed = (tmp_path / Authority(tmp_path).listed(443, {"arn:cert": ["*.example.com"]})).read_text().split()
    [name] = listed
    made = x509.load_pem_x509_certificate((tmp_path / name).read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    assert names == ["*.example.com", "*.example.com.localhost"]
    authority = x509.load_pem_x509_certificate((tmp_path / CA).read_bytes())
    made.verify_directly_issued_by(authority)
    assert ssl.create_default_context(cafile=str(tmp_path / CA)).cert_store_stats()["x509_ca"] >= 1


def test_it_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    first = Authority(tmp_path).listed(443, {"arn:cert": ["a.example.com"]})
    files = {f.name: f.read_bytes() for f in tmp_path.iterdir()}
    assert Authority(tmp_path).listed(443, {"arn:cert": ["a.example.com"]}) == first
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == files
    assert {oct(f.stat().st_mode & 0o077) for f in tmp_path.glob("*.pem")} == {"0o0"}
