"""How many chat messages an address may send: CHAT_PER_MINUTE, counted in this process."""

import time
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class ChatThrottle:
    def __init__(self, per_minute: int) -> None:
        """0: no limit."""
        self._limit = RateLimitItemPerMinute(per_minute, namespace="chat") if per_minute else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait_s(self, address: str) -> int:
        """Counts a message; whole seconds until the address may send again, 0 = it may now."""
        if self._limit is None or self._limiter.hit(self._limit, address):
            return 0
        until = self._limiter.get_window_stats(self._limit, address).reset_time
        return max(1, ceil(until - time.time()))
