"""A local timestamp authority on the loopback interface, run by `openssl ts`, for tests.

Its certificates are made at each start and trusted by nobody else. Its time is this machine's, so
it proves nothing; it only speaks RFC 3161 like a real authority. Also used by benchmarks.
"""

from __future__ import annotations

import subprocess
import threading
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
from typing import Self

# `certs` is left out on purpose: with it, openssl adds the chain only from that file.
_CONFIGURATION = """\
[tsa]
default_tsa = tsa_here
[tsa_here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class LocalAuthority(AbstractContextManager["LocalAuthority"]):
    """An authority that answers while the context lasts."""

    def __init__(self, folder: Path) -> None:
        """Create its certificates in an existing folder."""
        self._folder = folder
        self.root = folder / "root.pem"
        self.asked = 0
        _make_certificates(folder)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Return its URL."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: bytes) -> bytes:
        """Answer a request as the authority would over HTTP."""
        query, reply = self._folder / "query.tsq", self._folder / "reply.tsr"
        query.write_bytes(request)
        _openssl(
            self._folder,
            *("ts", "-reply", "-queryfile", query.name, "-out", reply.name),
            *("-config", "tsa.cnf", "-section", "tsa_here"),
        )
        self.asked += 1
        return reply.read_bytes()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Answer one request."""
                request = self.rfile.read(int(self.headers["Content-Length"]))
                answer = authority.answer(request)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Keep the terminal quiet."""

        return Handler


def _make_certificates(folder: Path) -> None:
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(_CONFIGURATION.format(folder=folder))
    (folder / "tsa.ext").write_text(
        "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"
    )
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    _openssl(
        folder,
        *("req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem"),
        *("-days", "2", "-subj", "/CN=Synthetic timestamp root"),
    )
    _openssl(
        folder,
        *("req", *key, "-keyout", "tsa.key", "-out", "tsa.csr"),
        *("-subj", "/CN=Synthetic timestamp authority"),
    )
    _openssl(
        folder,
        *("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key"),
        *("-CAcreateserial", "-days", "2", "-extfile", "tsa.ext", "-out", "tsa.pem"),
    )


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
