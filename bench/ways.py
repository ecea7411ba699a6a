"""The ways of applying that are compared: how many webhooks in a batch, of how many tenants, of what, guarded or not."""

from typing import Final

import msgspec

from bench.stored import Log

UPDATES: Final = 1000  # in one body, as many as Meta puts into one at most [webhooks overview, Sep 2026]
BATCHES: Final = (1, 10, 40, 200, 500, 1000, 2000)
USUAL: Final = 500  # about as many as gather on a full number
MOST: Final = 2000  # what the product takes at once where it is behind
_FEWER: Final = (1, 40, 500, 2000)
TENANTS: Final = {1: _FEWER, 50: BATCHES, 1000: _FEWER}  # and in which batches


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way. ``batch`` 0 is the baseline: plain SQL, an event and a transaction at a time."""

    name: str
    batch: int = USUAL
    tenants: int = 50
    guarded: bool = True  # by row-level security
    of_any_kind: bool = False
    updates: int = 1  # in each webhook

    @property
    def log(self) -> Log:
        """What it is applied to."""
        return Log(tenants=self.tenants, of_any_kind=self.of_any_kind, updates=self.updates)

    @property
    def seed(self) -> str:
        """The database that it works on a copy of."""
        kind = f"_{self.updates}" if self.updates > 1 else "_kinds" if self.of_any_kind else ""
        return f"bench_seed_{self.tenants}{kind}"

    @property
    def slow(self) -> bool:
        """Whether a tenth of the log is enough."""
        return self.batch in (0, 1)


ROW_BY_ROW: Final = Way(name="one transaction an event (baseline)", batch=0)
MATRIX: Final = tuple(
    Way(name=f"batch {batch:,}, {tenants:,} tenant{'s' if tenants > 1 else ''}", batch=batch, tenants=tenants)
    for tenants, batches in TENANTS.items()
    for batch in batches
)
OPEN: Final = tuple(
    Way(
        name=f"batch {USUAL}, {tenants:,} tenant{'s' if tenants > 1 else ''}, row-level security off",
        tenants=tenants,
        guarded=False,
    )
    for tenants in TENANTS
)
ANY_KIND: Final = Way(name=f"messages of any kind, batch {USUAL}", of_any_kind=True)
# Few tenants: a body holds what one number has to say.
WHOLE_BODY: Final = Way(
    name=f"one body of {UPDATES:,} updates in one go", batch=1, tenants=4, of_any_kind=True, updates=UPDATES
)
ALL: Final = (ROW_BY_ROW, *MATRIX, *OPEN, ANY_KIND, WHOLE_BODY)


def found(*, batch: int = USUAL, tenants: int = 50, guarded: bool = True) -> Way:
    """Return the way of the matrix with these."""
    return next(
        way for way in (*MATRIX, *OPEN) if (way.batch, way.tenants, way.guarded) == (batch, tenants, guarded)
    )


# What is compared with something, and so measured in every round; and what shows that it runs.
CORE: Final = (ROW_BY_ROW, found(), found(batch=MOST), found(guarded=False))
FEW: Final = (ROW_BY_ROW, found(batch=40), found(), found(batch=MOST), found(guarded=False), WHOLE_BODY)
