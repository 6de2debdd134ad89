"""The envelope around every answer, and how errors are worded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request


class ApiError(Exception):
    """An answer that is not a success."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Describe the answer.

        Args:
            status: The HTTP status.
            code: Fivetran's code for programs, such as `NotFound_Connection`.
            message: The sentence for people.
            headers: Further HTTP headers.
        """
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def success(message: str | None = None, data: Any = None) -> JSONResponse:
    """Return a success; `data` is left out where there is none."""
    body = {"code": "Success"}
    if message is not None:
        body["message"] = message
    if data is not None:
        body["data"] = data
    return JSONResponse(body)


def failure(error: ApiError) -> JSONResponse:
    """Return an error in the API's shape."""
    return JSONResponse(
        {"code": error.code, "message": error.message},
        status_code=error.status,
        headers=error.headers,
    )


def not_found(kind: str, id_: str) -> ApiError:
    """Return the error for a `Group`, a `Connection` or another kind of thing that is not there."""
    return ApiError(404, f"NotFound_{kind}", f"{kind} with id '{id_}' does not exist.")


def invalid(message: str) -> ApiError:
    """Return the error for a request that cannot be understood."""
    return ApiError(400, "InvalidInput", message)


async def answer_api_error(_: Request, error: Exception) -> JSONResponse:
    """Turn an `ApiError` that a route raised into its answer."""
    if not isinstance(error, ApiError):
        raise error
    return failure(error)


async def answer_unknown_path(request: Request, _: Exception) -> JSONResponse:
    """Answer a path that the API does not have."""
    return failure(ApiError(404, "NotFound", _worded(request, "404 Not Found")))


async def answer_wrong_method(request: Request, error: Exception) -> JSONResponse:
    """Answer a method that a path does not have."""
    headers = getattr(error, "headers", None)
    message = _worded(request, "405 Method Not Allowed")
    return failure(ApiError(405, "MethodNotAllowed", message, headers))


async def answer_unexpected_error(_: Request, error: Exception) -> JSONResponse:
    """Answer what nobody foresaw: a mistake of this server."""
    return failure(ApiError(500, "InternalServerError", f"{type(error).__name__}: {error}"))


def _worded(request: Request, status: str) -> str:
    """Return the real API's words for what it does not route, and what was asked for."""
    return f"HTTP {status}: {request.method} {request.url.path} is not in this API."
