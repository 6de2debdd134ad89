"""What Dagster records of an error, told without its wrapping."""

from __future__ import annotations

from dagster._core.errors import DagsterUserCodeProcessError
from dagster._core.execution.plan.objects import StepFailureData
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
"""Errors of Dagster which only say where another error was raised."""


def told(error: SerializableErrorInfo) -> str:
    """The error that somebody's code raised, without Dagster's wrapping and without a traceback."""
    while error.cls_name in _WRAPPERS and error.cause is not None:
        error = error.cause
    message = " ".join(error.message.split())
    if error.cls_name and message.partition(":")[0].endswith(f".{error.cls_name}"):
        message = f"{error.cls_name}:{message.partition(':')[2]}"
    return message


def exception_told(exception: BaseException) -> str:
    """The same for an exception that was raised in this process, or brought here from a server."""
    if (
        isinstance(exception, DagsterUserCodeProcessError)
        and exception.user_code_process_error_infos
    ):
        return told(exception.user_code_process_error_infos[0])
    return " ".join(f"{type(exception).__name__}: {exception}".split())


def step_failure_told(failure: StepFailureData) -> str:
    """Why a step failed: the description that its author wrote for it, in its lines, if any."""
    written = failure.user_failure_data
    if written is not None and written.description:
        return written.description.strip()
    if failure.error is None:
        return "The step failed and left no error."
    return told(failure.error)
