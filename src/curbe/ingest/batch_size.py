"""How many webhooks a lane takes in one batch: fewer after a batch that took too long, until its webhooks are applied. Pure.

Smaller batches pass, so that the lane moves on, and the webhook that takes too long stands alone in the end. If only the database
is slow, the batches stay as small as it can bear.
"""

from typing import Final

_SHARE: Final = 8  # a batch that took too long is tried again in so many parts


class Reach:
    """The batch size of one lane: ``size`` is how many webhooks its next batch may hold.

    ``alone``: the last one held a single webhook that took too long, which has to be taken apart (`slow_webhooks.Alone`).
    """

    def __init__(self, most: int) -> None:
        self._most: Final = most
        self._within = 0  # how many of the next webhooks are those of the batch that took too long
        self.size = most
        self.alone = False

    def took_too_long(self, webhooks: int) -> None:
        """Note that a batch of so many webhooks took too long (0: not known how many), so that the next ones are smaller."""
        tried = webhooks or self.size
        self.alone = tried == 1
        self._within = tried
        self.size = max(1, tried // _SHARE)

    def passed(self, webhooks: int) -> None:
        """Note that so many webhooks were applied. Batches grow again once those of the batch that took too long are done."""
        if not webhooks:
            return
        self.alone = False
        self._within -= webhooks
        if self._within <= 0:
            self.size = min(self.size * 2, self._most)
