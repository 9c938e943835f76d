"""What the clearinghouse shows its callers: a host key and a certificate, made once and kept."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

import paramiko
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LONG = datetime.timedelta(days=3650)


def host_key(folder: Path) -> paramiko.PKey:
    place = folder / "host-key"
    if not place.exists():
        _keep(place, _pem(ec.generate_private_key(ec.SECP256R1())))
    return paramiko.ECDSAKey.from_private_key_file(str(place))


def certificate(folder: Path, *, at: datetime.datetime) -> tuple[Path, Path]:
    """The files of the certificate and of its key."""
    place, key_place = folder / "certificate.pem", folder / "certificate.key"
    if not place.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        _keep(key_place, _pem(key))
        _keep(place, _signed(key, at).public_bytes(serialization.Encoding.PEM))
    return place, key_place


def _signed(key: ec.EllipticCurvePrivateKey, at: datetime.datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "clearinghouse on loopback")])
    addresses = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - datetime.timedelta(days=1))
        .not_valid_after(at + LONG)
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def _keep(place: Path, content: bytes) -> None:
    """Whole or not at all, and for nobody else to read."""
    unfinished = place.with_name(f"{place.name}.part")
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(content)
    unfinished.replace(place)
