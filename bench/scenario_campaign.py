"""A campaign of 100,000 through the sandbox at 1,000 messages a second, the worker and PostgreSQL killed ten times on its way.

``python -m bench.scenario_campaign`` runs the harness of ``tests/chaos``, whose judge reads what the sandbox wrote down.
"""

from tests.chaos.campaign import main

if __name__ == "__main__":
    main()
