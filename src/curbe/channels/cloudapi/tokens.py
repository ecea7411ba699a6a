"""Renewing the access token of a system user that ends: Meta gives another for it [Meta: system users, refresh access token]."""

from urllib.parse import urlencode

from curbe.channels.cloudapi.answers import Exchanged
from curbe.channels.cloudapi.client import CloudApi, checked, decoded
from curbe.infra.crypto import Secret


async def renew_token(api: CloudApi, token: Secret, *, app_id: str, app_secret: Secret) -> Secret:
    """Return a token that may do what ``token`` may and lasts for 60 days; ``token`` itself lasts as long as it would have.

    Args:
        api: to ask.
        token: of a system user, with an end that has not come yet.
        app_id: the app that it was issued for.
        app_secret: of that app.

    Raises:
        AppError: as of every method of `CloudApi`.
    """
    query = {
        "grant_type": "fb_exchange_token",
        "client_id": checked(app_id, "app_id"),
        "client_secret": app_secret.reveal(),
        "set_token_expires_in_60_days": "true",
        "fb_exchange_token": token.reveal(),
    }
    path = f"oauth/access_token?{urlencode(query)}"
    answer = await api.ask("GET", path, None, secrets=[token, app_secret])
    return Secret(decoded(Exchanged, answer).access_token)
