"""How many webhooks a lane takes at once: fewer where a batch took too long, until what did is behind it. Pure.

Each batch that is small enough is applied and done with, so that what waits behind is reached by and by, and what takes too long stands
alone in the end. On a database that is merely slow the batches stay as small as it bears.
"""

from typing import Final

_SHARE: Final = 8  # a batch that took too long is tried again in so many parts


class Reach:
    """A lane's. ``size`` is how many webhooks its next batch may hold; ``alone``: one took too long by itself, and none passed since."""

    def __init__(self, most: int) -> None:
        self._most: Final = most
        self._within = 0  # webhooks, among which one at least took too long, or all of them together
        self.size = most
        self.alone = False

    def took_too_long(self, webhooks: int) -> None:
        """Take fewer from now on than so many; 0 where it is not known how many those were."""
        tried = webhooks or self.size
        self.alone = tried == 1
        self._within = tried
        self.size = max(1, tried // _SHARE)

    def passed(self, webhooks: int) -> None:
        """Take more again, once the batch that took too long is behind; 0 passed where another has the lane, or nothing waits."""
        if not webhooks:
            return
        self.alone = False
        self._within -= webhooks
        if self._within <= 0:
            self.size = min(self.size * 2, self._most)
