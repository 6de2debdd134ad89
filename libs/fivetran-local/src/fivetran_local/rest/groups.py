"""The account, its user, its group and its destination: one of each."""

from typing import Any

from starlette.responses import Response

from fivetran_local.rest.api_call import ApiCall
from fivetran_local.rest.connection_object import LOCAL_USER, setup_tests
from fivetran_local.rest.responses import not_found, success

# The account, its group and its user have no time of creation: they always exist.
_CREATED_AT = "2024-01-01T00:00:00.000000Z"
_USER = {
    "id": LOCAL_USER,
    "email": "local@example.com",
    "given_name": "Local",
    "family_name": "User",
    "verified": True,
    "invited": False,
    "active": True,
    "role": "Account Administrator",
    "logged_in_at": _CREATED_AT,
    "created_at": _CREATED_AT,
}


def get_account(call: ApiCall) -> Response:
    """`GET /account/info`."""
    del call
    return success(
        "Account information retrieved successfully",
        {"account_id": "local", "account_name": "Local account", "user_id": LOCAL_USER},
    )


def list_users(call: ApiCall) -> Response:
    """`GET /users`."""
    users = [] if call.request.query_params.get("active") == "false" else [_USER]
    return success("Users list retrieved successfully", call.page(users))


def get_user(call: ApiCall) -> Response:
    """`GET /users/{id}`."""
    return success("User details retrieved successfully", _requested(call, "User", _USER))


def list_groups(call: ApiCall) -> Response:
    """`GET /groups`."""
    return success("Groups retrieved successfully", call.page([_group(call)]))


def get_group(call: ApiCall) -> Response:
    """`GET /groups/{id}`."""
    return success("Group details retrieved successfully", _requested(call, "Group", _group(call)))


def list_destinations(call: ApiCall) -> Response:
    """`GET /destinations`: without their config, which only the details contain."""
    listed = _destination(call)
    del listed["config"]
    return success("Destinations list retrieved successfully", call.page([listed]))


def get_destination(call: ApiCall) -> Response:
    """`GET /destinations/{id}`."""
    destination = _requested(call, "Destination", _destination(call))
    return success("Destination details retrieved successfully", destination)


def test_destination(call: ApiCall) -> Response:
    """`POST /destinations/{id}/test`: checks the destination."""
    destination = _requested(call, "Destination", _destination(call))
    tests = setup_tests("Writing to the destination", call.account.destination.check())
    return success("Setup tests have been completed", destination | {"setup_tests": tests})


def _requested(call: ApiCall, kind: str, item: dict[str, Any]) -> dict[str, Any]:
    """Return the only item of a kind.

    Raises:
        ApiError: 404, the path has another id.
    """
    id_ = call.path(f"{kind.lower()}_id")
    if id_ != item["id"]:
        raise not_found(kind, id_)
    return item


def _group(call: ApiCall) -> dict[str, Any]:
    declared = call.account.declaration.destination
    return {"id": declared.id, "name": declared.name, "created_at": _CREATED_AT}


def _destination(call: ApiCall) -> dict[str, Any]:
    declared = call.account.declaration.destination
    return {
        "id": declared.id,
        "group_id": declared.id,
        "service": call.account.destination.service,
        # Required, and an enum of cloud regions: an arbitrary value, nothing runs there.
        "region": "GCP_EUROPE_WEST3",
        "time_zone_offset": "0",
        "setup_status": "connected",
        "daylight_saving_time_enabled": False,
        "networking_method": "Directly",
        "config": call.account.destination.config(),
    }
