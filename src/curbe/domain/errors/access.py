"""Who asks, how they show it, and what is theirs to do."""

from curbe.domain.errors.asked import InvalidRequest
from curbe.domain.errors.refusal import AppError


class Unauthorized(AppError):
    """Nobody we know is asking."""

    code, http_status, title = (
        "unauthorized",
        401,
        "The API key or session is missing, unknown or no longer valid",
    )


class WrongCredentials(AppError):
    """The e-mail address and the password do not belong together; the words are the same for an unknown address."""

    code, http_status, title = "wrong_credentials", 401, "The e-mail address or the password is wrong"


class WrongFactor(AppError):
    """A second factor's code or passkey is not right, or the step it belongs to has ended."""

    code, http_status, title = "wrong_factor", 401, "The second factor is not right"


class OidcFailed(AppError):
    """What the identity provider sent back is not to be believed, or names nobody with an account."""

    code, http_status, title = "oidc_failed", 401, "Signing in at the identity provider did not work"


class LinkInvalid(AppError):
    """A one-time link was used, is too old, or never was."""

    code, http_status, title = "link_invalid", 410, "This link is no longer valid"


class PasswordCommon(InvalidRequest):
    """The password that somebody chooses is among those that are guessed first, as so many have chosen it."""

    code, http_status, title = "password_common", 422, "This password is one of the most common"


class ProofRequired(AppError):
    """It is too long ago that the person who asks has shown who they are."""

    code, http_status, title = "proof_required", 403, "Show first that it is you"


class EmbeddedSession(AppError):
    """A session within another site's page, begun by its software, asks for what is its person's own, or administers the tenant."""

    code, http_status, title = "embedded_session", 403, "A page within another site may not do that"


class Forbidden(AppError):
    """The asker is known, and lacks the scope."""

    code, http_status, title = "missing_scope", 403, "This API key or role may not do that"


class TenantSuspended(AppError):
    """The operator has suspended the tenant: its people and keys do nothing until it is resumed."""

    code, http_status, title = "tenant_suspended", 403, "This workspace is suspended"


class RoleBeyond(AppError):
    """Somebody gives or takes a role above their own, or asks for an embed token of who has one."""

    code, http_status, title = "role_beyond", 403, "That role is not yours to give"


class LastOwner(AppError):
    """A tenant would be left without an owner."""

    code, http_status, title = "last_owner", 409, "A tenant keeps at least one owner"


class NotTheAuthor(AppError):
    """Only whoever wrote something may take it back."""

    code, http_status, title = "not_the_author", 403, "Somebody else wrote this"


class ForeignOrigin(AppError):
    """A browser asks from a page that is not Curbe's, or without saying from which."""

    code, http_status, title = "foreign_origin", 403, "This request comes from another site"


class CsrfFailed(AppError):
    """A browser's session asks to change something without the session's own token."""

    code, http_status, title = "csrf_failed", 403, "The request does not carry the session's token"


class InsecureTransport(AppError):
    """Somebody would sign in over plain http, where others could listen."""

    code, http_status, title = "insecure_transport", 403, "Signing in needs https"
