"""The number of requests that the API accepts, limited as by Fivetran."""

import math
import time
from collections import deque
from collections.abc import Callable


class RateLimit:
    """A rolling window over the requests to this server.

    Fivetran counts per account; this counts per server, which is the same for one client.
    """

    def __init__(
        self, requests: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Set the limit.

        Args:
            requests: Number of requests per window.
            seconds: Length of the window.
            clock: Returns the current time in seconds.
        """
        self.requests = requests
        self.seconds = seconds
        self._clock = clock
        self._taken: deque[float] = deque()

    def take(self) -> int:
        """Count one request.

        Returns:
            0 if it is allowed, otherwise the number of whole seconds until the next one is.
        """
        moment = self._clock()
        self._forget(moment)
        if len(self._taken) >= self.requests:
            return max(1, math.ceil(self._taken[0] + self.seconds - moment))
        self._taken.append(moment)
        return 0

    def remaining(self) -> int:
        """Return the number of requests that are allowed now."""
        self._forget(self._clock())
        return self.requests - len(self._taken)

    def _forget(self, moment: float) -> None:
        while self._taken and self._taken[0] <= moment - self.seconds:
            self._taken.popleft()
