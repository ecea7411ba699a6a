"""How many webhooks a lane takes into its next batch: fewer after a batch that took too long, until its webhooks are applied. Pure.

Batches that are small enough are applied, so the lane moves on until the webhook that takes too long is alone in a batch. If the database
is merely slow, batches stay as small as it can bear.
"""

from typing import Final

_SHARE: Final = 8  # a batch that took too long is tried again in so many parts


class Reach:
    """The batch size of one lane.

    ``size``: how many webhooks its next batch may hold. ``alone``: the last batch held one webhook and took too long, so it has to be taken
    apart (see `alone`).
    """

    def __init__(self, most: int) -> None:
        self._most: Final = most
        self._within = 0  # how many webhooks of the batch that took too long are not applied yet
        self.size = most
        self.alone = False

    def took_too_long(self, webhooks: int) -> None:
        """Take fewer than ``webhooks`` next time; 0: it is not known how many the batch held."""
        tried = webhooks or self.size
        self.alone = tried == 1
        self._within = tried
        self.size = max(1, tried // _SHARE)

    def passed(self, webhooks: int) -> None:
        """Note that ``webhooks`` were applied (0: there was no batch). Once all that took too long together are, take more again."""
        if not webhooks:
            return
        self.alone = False
        self._within -= webhooks
        if self._within <= 0:
            self.size = min(self.size * 2, self._most)
