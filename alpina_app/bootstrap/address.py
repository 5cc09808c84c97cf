"""The listening socket: opened by us, so that a taken port is one plain sentence."""

import errno
import socket
import sys

from alpina_app.bootstrap.console import Stop

_NO_RIGHT = (errno.EACCES, errno.EPERM)


def check_free(host: str, port: int) -> None:
    """Raises Stop when nothing can listen there, before any long work is done."""
    listen(host, port).close()


def listen(host: str, port: int) -> socket.socket:
    """A bound, listening TCP socket; port 0 takes any free port. Raises Stop where it cannot be."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise Stop("bad_host", 2, host=host, reason=error.strerror or error) from None
    try:
        _set_options(sock, family, host)
        sock.bind(address)
        sock.listen(1024)
    except OSError as error:
        sock.close()
        raise _why_not(error, host, port) from None
    return sock


def shown(host: str, port: int) -> str:
    """The URL a person opens: an address that stands for every one becomes 127.0.0.1."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}/"


def _set_options(sock: socket.socket, family: int, host: str) -> None:
    if sys.platform == "win32":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6 and host == "::":
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)


def _why_not(error: OSError, host: str, port: int) -> Stop:
    if error.errno == errno.EADDRINUSE or getattr(error, "winerror", 0) == 10048:
        return Stop("port_taken", address=f"{host}:{port}", port=port, next=port + 1)
    if error.errno in _NO_RIGHT:
        return Stop("port_forbidden", address=f"{host}:{port}")
    return Stop("bad_host", 2, host=host, reason=error.strerror or error)
