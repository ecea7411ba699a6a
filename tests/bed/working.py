"""Background jobs worked on until none is due."""

from curbe.infra.jobs import Runner


async def work_off(runner: Runner) -> int:
    """Work on what is due, and on what that makes due, and return how many jobs it was."""
    done = 0
    while now := await runner.run_due():
        done += now
    return done
