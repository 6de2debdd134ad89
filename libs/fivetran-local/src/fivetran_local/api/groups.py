"""Groups, destinations, the account and its users: one of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fivetran_local.api.connection_object import LOCAL_USER
from fivetran_local.api.envelope import not_found, success
from fivetran_local.api.paging import page

if TYPE_CHECKING:
    from starlette.responses import Response

    from fivetran_local.api.call import Call

# The account, its group and its user are as old as this: they were never created.
_BEGINNING = "2024-01-01T00:00:00.000000Z"
_USER = {
    "id": LOCAL_USER,
    "email": "local@example.com",
    "given_name": "Local",
    "family_name": "User",
    "verified": True,
    "invited": False,
    "active": True,
    "role": "Account Administrator",
    "logged_in_at": _BEGINNING,
    "created_at": _BEGINNING,
}


def list_groups(call: Call) -> Response:
    """`GET /groups`."""
    return success("Groups retrieved successfully", page(call.request, [_group(call)], _id))


def get_group(call: Call) -> Response:
    """`GET /groups/{id}`."""
    if call.path("group_id") != _group(call)["id"]:
        raise not_found("Group", call.path("group_id"))
    return success("Group details retrieved successfully", _group(call))


def list_destinations(call: Call) -> Response:
    """`GET /destinations`: without their config, which only the details have."""
    listed = _destination(call)
    del listed["config"]
    return success("Destinations list retrieved successfully", page(call.request, [listed], _id))


def get_destination(call: Call) -> Response:
    """`GET /destinations/{id}`."""
    return success("Destination details retrieved successfully", _requested_destination(call))


def test_destination(call: Call) -> Response:
    """`POST /destinations/{id}/test`: asks the destination now."""
    problem = call.account.destination.check()
    test = {
        "title": "Writing to the destination",
        "status": "FAILED" if problem else "PASSED",
        "message": problem or "",
    }
    destination = _requested_destination(call) | {"setup_tests": [test]}
    return success("Setup tests have been completed", destination)


def get_account(call: Call) -> Response:
    """`GET /account/info`."""
    del call
    return success(
        "Account information retrieved successfully",
        {"account_id": "local", "account_name": "Local account", "user_id": LOCAL_USER},
    )


def list_users(call: Call) -> Response:
    """`GET /users`."""
    wanted = call.request.query_params.get("active") != "false"
    return success(
        "Users list retrieved successfully", page(call.request, [_USER] if wanted else [], _id)
    )


def get_user(call: Call) -> Response:
    """`GET /users/{id}`."""
    if call.path("user_id") != LOCAL_USER:
        raise not_found("User", call.path("user_id"))
    return success("User details retrieved successfully", _USER)


def _id(item: dict[str, Any]) -> str:
    return str(item["id"])


def _group(call: Call) -> dict[str, Any]:
    declared = call.account.declaration.destination
    return {"id": declared.id, "name": declared.name, "created_at": _BEGINNING}


def _requested_destination(call: Call) -> dict[str, Any]:
    destination = _destination(call)
    asked = call.path("destination_id")
    if asked != destination["id"]:
        raise not_found("Destination", asked)
    return destination


def _destination(call: Call) -> dict[str, Any]:
    declared = call.account.declaration.destination
    return {
        "id": declared.id,
        "group_id": declared.id,
        "service": call.account.destination.service,
        # Required and an enum of clouds: any value of it; nothing runs there.
        "region": "GCP_EUROPE_WEST3",
        "time_zone_offset": "0",
        "setup_status": "connected",
        "daylight_saving_time_enabled": False,
        "networking_method": "Directly",
        "config": call.account.destination.config(),
    }
