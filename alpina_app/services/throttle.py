"""Failed sign-ins are counted in moving windows: by name and address, and by address alone.

A name is never locked for everybody: only tries from one address count against it. Counted in
Redis where `REDIS_URL` is set, else in memory. Sync: call it on a thread.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from functools import cached_property
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Any, Final

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from alpina_app.errors import Throttled
from alpina_app.settings import Settings

PER_ADDRESS: Final = 10  # an address may fail this many times `login_tries`, over all names
_KEYS_IN_MEMORY: Final = 10_000
_log = logging.getLogger(__name__)


class SignInThrottle:
    def __init__(self, settings: Settings) -> None:
        self._url = settings.redis_url.get_secret_value() if settings.redis_url else None
        window = settings.login_window_s
        self._pair = RateLimitItemPerSecond(settings.login_tries, window, namespace="sign-in")
        self._whole = RateLimitItemPerSecond(
            settings.login_tries * PER_ADDRESS, window, namespace="sign-in"
        )

    def check(self, username: str, address: str) -> None:
        """Raises Throttled("sign_in_throttled", wait_s) while too many tries have failed."""
        waits = self._ask(
            lambda limiter: [self._wait(limiter, *at) for at in self._at(username, address)]
        )
        if any(waits):
            raise Throttled("sign_in_throttled", wait_s=max(waits))

    def failed(self, username: str, address: str) -> None:
        self._ask(lambda limiter: [limiter.hit(*at) for at in self._at(username, address)])

    def succeeded(self, username: str, address: str) -> None:
        """Forgets the name's failures from this address, so that typing errors do not add up."""
        self._ask(lambda limiter: limiter.clear(*self._at(username, address)[0]))

    def _at(self, username: str, address: str) -> list[tuple[RateLimitItemPerSecond, str, str]]:
        network = _network(address)
        name = hashlib.sha256(username.encode(errors="replace")).hexdigest()
        return [(self._pair, network, name), (self._whole, network, "")]

    def _wait(self, limiter: MovingWindowRateLimiter, item: Any, *at: str) -> int:
        if limiter.test(item, *at):
            return 0
        return max(1, ceil(limiter.get_window_stats(item, *at).reset_time - time.time()))

    def _ask(self, question: Callable[[MovingWindowRateLimiter], Any]) -> Any:
        if self._url is not None:
            try:
                return question(self._shared)
            except self._shared.storage.base_exceptions as error:
                _log.warning("Redis does not answer, sign-ins are counted here: %s", type(error))
        self._forget_idle()
        return question(self._own)

    @cached_property
    def _own(self) -> MovingWindowRateLimiter:
        return MovingWindowRateLimiter(MemoryStorage())

    @cached_property
    def _shared(self) -> MovingWindowRateLimiter:
        assert self._url is not None
        return MovingWindowRateLimiter(
            RedisStorage(
                self._url, key_prefix="alpina-limits", socket_connect_timeout=1, socket_timeout=1
            )
        )

    def _forget_idle(self) -> None:
        """`MemoryStorage` keeps an empty list for every key it ever saw."""
        events = self._own.storage.events  # type: ignore[attr-defined]
        if len(events) > _KEYS_IN_MEMORY:
            for key in [key for key, entries in list(events.items()) if not entries]:
                events.pop(key, None)


def _network(address: str) -> str:
    """One IPv6 customer has a whole /64."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        mapped = ip.ipv4_mapped
        return str(mapped) if mapped else str(ip_address(int(ip) >> 64 << 64))
    return str(ip)
