"""A real slapd for one test session, with a small company in it."""

from __future__ import annotations

import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import debian
from tests.certificates import certify

BASE = "dc=example,dc=com"
ACCOUNT, ACCOUNT_PASSWORD = f"cn=lookup,{BASE}", "the account's own"
PASSWORD = "to be or not to be"
_START_SECONDS = 30.0
_CONF = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
moduleload memberof
allow bind_anon_cred bind_anon_dn
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
sizelimit size.soft=500 size.hard=500 size.prtotal=unlimited
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
directory {data}
maxsize 33554432
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to dn.base="" by * read
access to * by dn.exact="{account}" read by anonymous auth by * none
"""
_PEOPLE = (
    # uid, first name, last name, address, other attributes
    ("ada", "Ada", "Lovelace", "ada@example.com", "departmentNumber: 7\nemployeeType: north"),
    ("bob", "Bob", "Builder", "bob@example.com", "departmentNumber: nine"),
    ("eve", "Eve", "Eden", "eve@example.com", ""),
    ("star*", "Star", "Name", "star@example.com", ""),
    ("twin", "First", "Twin", "twin1@example.com", ""),
)
_GROUPS = {"analysts": ("ada", "bob"), "admins": ("ada",), "chess club": ("bob",)}


@dataclass(frozen=True)
class DirectoryServer:
    port: int
    tls_port: int
    certificate: Path

    def config(self, **more: Any) -> dict[str, Any]:
        """As it has to be configured for signing in."""
        return {
            "connection_host": "127.0.0.1",
            "connection_port": str(self.port),
            "auth_username": ACCOUNT,
            "auth_password": ACCOUNT_PASSWORD,
            "user_bind_base_dn": f"ou=people,{BASE}",
            "user_id_attribute_names": "uid, mail",
            "user_objectclass": "inetOrgPerson",
            "user_attribute_map_email": "mail",
            "user_attribute_map_first_name": "givenName",
            "user_attribute_map_last_name": "sn",
            "user_attribute_map_ldap_id": "entryUUID",
            "groups_base_dn": f"ou=groups,{BASE}",
            **more,
        }


def group_dn(name: str) -> str:
    return f"cn={name},ou=groups,{BASE}"


def person_dn(name: str) -> str:
    return f"uid={name},ou=people,{BASE}"


def _entries() -> str:
    blocks = [
        f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example"
    ]
    blocks += [
        f"dn: ou={name},{BASE}\nobjectClass: organizationalUnit\nou: {name}"
        for name in ("people", "groups", "many")
    ]
    blocks.append(
        f"dn: {ACCOUNT}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n"
        f"cn: lookup\nuserPassword: {ACCOUNT_PASSWORD}"
    )
    for name, first, last, mail, more in _PEOPLE:
        groups = "".join(
            f"\nmemberOf: {group_dn(group)}" for group, names in _GROUPS.items() if name in names
        )
        blocks.append(
            f"dn: {person_dn(name)}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {first} {last}\n"
            f"givenName: {first}\nsn: {last}\nmail: {mail}\nuserPassword: {PASSWORD}{groups}"
            + (f"\n{more}" if more else "")
        )
    blocks.append(
        f"dn: cn=other twin,ou=people,{BASE}\nobjectClass: inetOrgPerson\ncn: other twin\nuid: twin\n"
        f"sn: Twin\nmail: twin2@example.com\nuserPassword: {PASSWORD}"
    )
    for group, names in _GROUPS.items():
        members = "".join(f"\nmember: {person_dn(name)}" for name in names)
        blocks.append(f"dn: {group_dn(group)}\nobjectClass: groupOfNames\ncn: {group}{members}")
    for number in range(700):
        blocks.append(
            f"dn: cn=g{number},ou=many,{BASE}\nobjectClass: groupOfNames\ncn: g{number}\n"
            f"member: {person_dn('eve')}"
        )
    return "\n\n".join(blocks) + "\n"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("slapd did not start") from None
            time.sleep(0.05)


@contextmanager
def running_directory() -> Iterator[DirectoryServer]:
    """Start it on free ports; stop it by its id and delete its files at the end."""
    root = debian.unpacked("slapd")
    environment = debian.environment(root)
    with tempfile.TemporaryDirectory(prefix="bv-ldap-", ignore_cleanup_errors=True) as folder:
        data, conf, ldif = (Path(folder) / name for name in ("data", "slapd.conf", "all.ldif"))
        data.mkdir()
        certificate = Path(folder) / "server.pem"
        key = certify(certificate)
        conf.write_text(
            _CONF.format(
                schema=root / "etc/ldap/schema",
                modules=root / "usr/lib/ldap",
                certificate=certificate,
                key=key,
                base=BASE,
                data=data,
                account=ACCOUNT,
            )
        )
        ldif.write_text(_entries())
        subprocess.run(
            [root / "usr/sbin/slapadd", "-f", conf, "-l", ldif, "-q"],
            check=True,
            capture_output=True,
            env=environment,
        )
        server = DirectoryServer(_free_port(), _free_port(), certificate)
        urls = f"ldap://127.0.0.1:{server.port} ldaps://127.0.0.1:{server.tls_port}"
        process = subprocess.Popen(
            [root / "usr/sbin/slapd", "-d", "0", "-f", conf, "-h", urls],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(server.port, process)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
