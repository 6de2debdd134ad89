"""Error messages that Dagster has recorded, without the errors that only wrap another one.

Dagster 1.13.27 passes errors between processes as `SerializableErrorInfo`, and raises the errors of
a code server as `DagsterUserCodeProcessError`. Neither is exported, and no public function returns
the original error. A public accessor of the innermost cause would replace this module.
"""

from __future__ import annotations

from dagster import DagsterEvent
from dagster._core.errors import DagsterUserCodeProcessError
from dagster_shared.error import SerializableErrorInfo

_WRAPPERS = frozenset(
    {
        "DagsterExecutionStepExecutionError",
        "DagsterExecutionLoadInputError",
        "DagsterExecutionHandleOutputError",
        "DagsterResourceFunctionError",
        "DagsterUserCodeLoadError",
        "DagsterUserCodeProcessError",
        "DagsterUserCodeExecutionError",
    }
)
"""Dagster's errors that only name the place where another error was raised."""


def error_message(error: SerializableErrorInfo) -> str:
    """Return class and message of the original error in one line."""
    while error.cls_name in _WRAPPERS and error.cause is not None:
        error = error.cause
    message = " ".join(error.message.split())
    if error.cls_name and message.partition(":")[0].endswith(f".{error.cls_name}"):
        message = f"{error.cls_name}:{message.partition(':')[2]}"
    return message


def exception_message(exception: BaseException) -> str:
    """Return the same of an exception of this process or of a code server."""
    if isinstance(exception, DagsterUserCodeProcessError):
        for error in exception.user_code_process_error_infos:
            return error_message(error)
    return " ".join(f"{type(exception).__name__}: {exception}".split())


def step_failure_message(event: DagsterEvent) -> str:
    """Return the description of `dagster.Failure`, with its line breaks, or else the error."""
    failure = event.step_failure_data
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return failure.user_failure_data.description.strip()
    return error_message(failure.error) if failure.error else "The step failed without an error."
