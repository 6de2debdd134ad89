"""The envelope of every answer, and the answers to errors."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ExceptionHandler

from fivetran_local.errors import NotSelectableError, SelectionRefusedError, SyncError


class ApiError(Exception):
    """An answer that is not a success."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Describe the answer.

        Args:
            status: HTTP status.
            code: Fivetran's error code, such as `NotFound_Connection`.
            message: Message for users.
            headers: Additional HTTP headers.
        """
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


def success(message: str, data: Any = None) -> JSONResponse:
    """Return a success; without `data` its field is left out."""
    body = {"code": "Success", "message": message}
    return JSONResponse(body if data is None else body | {"data": data})


def failure(error: ApiError) -> JSONResponse:
    """Return an error in the API's format."""
    body = {"code": error.code, "message": str(error)}
    return JSONResponse(body, status_code=error.status, headers=error.headers)


def not_found(kind: str, id_: str) -> ApiError:
    """Return the error for a missing `Group`, `Connection` or other kind of object."""
    return ApiError(404, f"NotFound_{kind}", f"{kind} with id '{id_}' does not exist.")


def invalid(message: str) -> ApiError:
    """Return the error for an invalid request."""
    return ApiError(400, "InvalidInput", message)


def exception_handlers() -> dict[Any, ExceptionHandler]:
    """Return the answers to exceptions, for Starlette."""
    expected = (ApiError, SyncError, NotSelectableError, SelectionRefusedError)
    return {
        **dict.fromkeys(expected, _answer_error),
        404: _answer_unknown_path,
        405: _answer_wrong_method,
        Exception: _answer_unexpected_error,
    }


async def _answer_error(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ApiError):
        return failure(error)
    if isinstance(error, SyncError):
        return failure(ApiError(404, "NotFound_SchemaConfig", str(error)))
    if isinstance(error, NotSelectableError):
        return failure(ApiError(404, f"NotFound_{error.kind}", str(error)))
    return failure(invalid(str(error)))


async def _answer_unknown_path(request: Request, _: Exception) -> JSONResponse:
    return failure(ApiError(404, "NotFound", _message(request, "404 Not Found")))


async def _answer_wrong_method(request: Request, error: Exception) -> JSONResponse:
    message = _message(request, "405 Method Not Allowed")
    return failure(ApiError(405, "MethodNotAllowed", message, getattr(error, "headers", None)))


async def _answer_unexpected_error(_: Request, error: Exception) -> JSONResponse:
    return failure(ApiError(500, "InternalServerError", f"{type(error).__name__}: {error}"))


def _message(request: Request, status: str) -> str:
    """Return the real API's message for an unknown route, and the request."""
    return f"HTTP {status}: {request.method} {request.url.path} is not in this API."
