"""A small HTTP server on loopback that does what a test says: answers, hangs, drips, drops.

    async with HttpServer() as server:
        server.enqueue(Answer(503), Hang(), Answer(200, b"{}"))
        ...
        assert server.requests[-1].headers["host"] == server.authority

Replies are taken in order; with none left a request is answered by an echo of it in JSON.
`Authority` makes certificates for HTTPS on the spot. Runs in the event loop of the test.
"""

import asyncio
import contextlib
import datetime
import json
import os
import socket
import ssl
import struct
import tempfile
from collections import deque
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Answer:
    """A whole answer; Content-Length is added where `headers` does not frame the body."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Raw:
    """These bytes, as they are; then the connection ends, by a reset where `reset` says so."""

    data: bytes = b""
    reset: bool = False


@dataclass(frozen=True)
class Hang:
    """These bytes, then nothing more until the client leaves."""

    data: bytes = b""


@dataclass(frozen=True)
class Endless:
    """`head`, then `chunk` again and again, each after `pause_s`, until the client leaves."""

    head: bytes
    chunk: bytes
    pause_s: float = 0.0


@dataclass(frozen=True)
class Garbled:
    """These bytes beneath TLS, where no record of it is that reads so."""

    data: bytes = b"no record of TLS"


Reply = Answer | Raw | Hang | Endless | Garbled


@dataclass(frozen=True)
class Received:
    """A request. `headers`: lower-case names; `raw_headers`: the head's lines, in bytes."""

    method: str
    target: str
    headers: dict[str, str]
    raw_headers: tuple[bytes, ...] = field(repr=False)
    body: bytes = b""
    peer: str = ""


class HttpServer:
    """`tls`: serve HTTPS. `greeting`: said at once, and then nothing, whatever the client wants.

    `server_names`: the names that clients asked for by SNI.
    """

    def __init__(
        self,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        greeting: bytes | None = None,
    ) -> None:
        self.requests: list[Received] = []
        self.server_names: list[str | None] = []
        self.connections = 0
        self.sent_bytes = 0
        self.port = 0
        self._host = host
        self._tls = tls
        self._greeting = greeting
        self._replies: deque[Reply] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        if tls:
            tls.sni_callback = lambda _socket, name, _context: self.server_names.append(name)

    @property
    def authority(self) -> str:
        return f"{self._host}:{self.port}"

    def url(self, path: str = "/", host: str | None = None) -> str:
        return f"{'https' if self._tls else 'http'}://{host or self._host}:{self.port}{path}"

    def enqueue(self, *replies: Reply) -> None:
        self._replies.extend(replies)

    async def all_closed(self) -> None:
        """Returns when no client holds a connection any more."""
        await self._idle.wait()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self._host, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        self._idle.clear()
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await self._serve(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()
            if not self._tasks:
                self._idle.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._greeting is not None:
            await self._send(writer, self._greeting)
            await reader.read()
            return
        received = await _read(reader, writer)
        self.requests.append(received)
        match self._replies.popleft() if self._replies else _echo(received):
            case Answer() as answer:
                await self._send(writer, _encode(answer))
                writer.write_eof() if writer.can_write_eof() else writer.close()
                await reader.read()
            case Raw(data, reset=False):
                await self._send(writer, data)
                writer.close()
                await writer.wait_closed()
            case Raw(data, reset=True):
                await self._send(writer, data)
                _reset(writer)
            case Garbled(data):
                os.write(writer.get_extra_info("socket").fileno(), data)
                await reader.read()
            case Hang(data):
                await self._send(writer, data)
                await reader.read()
            case Endless(head, chunk, pause_s):
                await self._send(writer, head)
                while True:
                    await self._send(writer, chunk)
                    await asyncio.sleep(pause_s)

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        await writer.drain()
        self.sent_bytes += len(data)


class Authority:
    """A certificate authority for one test; `client_context` trusts it and nothing else."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        self._certificate = self._issue(self._name, self._key, (), is_authority=True)

    def client_context(self) -> ssl.SSLContext:
        pem = self._certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def server_context(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """For a server that proves to be each of `names` (names or addresses)."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test server")])
        certificate = self._issue(subject, key, names, expired=expired)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "server.pem"
            path.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
                + certificate.public_bytes(serialization.Encoding.PEM)
            )
            context.load_cert_chain(path)
        return context

    def _issue(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        names: tuple[str, ...],
        *,
        is_authority: bool = False,
        expired: bool = False,
    ) -> x509.Certificate:
        today = datetime.datetime.now(datetime.UTC)
        day = datetime.timedelta(days=1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - 3 * day)
            .not_valid_after(today - day if expired else today + day)
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general_name(name) for name in names]),
                critical=False,
            )
        return builder.sign(self._key, hashes.SHA256())


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Received:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    method, target, _ = first.decode().split(" ")
    headers = {}
    for line in lines:
        name, _, value = line.partition(b":")
        headers[name.decode().lower()] = value.strip().decode()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    peer = writer.get_extra_info("peername")[0]
    return Received(method, target, headers, tuple(lines), body, peer)


def _echo(received: Received) -> Answer:
    seen = {
        "method": received.method,
        "target": received.target,
        "headers": received.headers,
        "body": received.body.decode(errors="replace"),
    }
    return Answer(200, json.dumps(seen).encode(), (("Content-Type", "application/json"),))


def _encode(answer: Answer) -> bytes:
    headers = list(answer.headers)
    if not {"content-length", "transfer-encoding"} & {name.lower() for name, _ in headers}:
        headers.append(("Content-Length", str(len(answer.body))))
    lines = [f"HTTP/1.1 {answer.status} Status", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + answer.body


def _reset(writer: asyncio.StreamWriter) -> None:
    plain = writer.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
