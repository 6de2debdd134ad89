"""Columns of the customer export."""

COLUMNS = ("id", "first_name", "last_name", "email", "country", "signed_up_on")
"""In the order of the tables; the export may have them in any order."""

DESCRIPTIONS = {
    "id": "Customer number, as in the shop's `users`.",
    "first_name": "First name.",
    "last_name": "Last name.",
    "email": "E-mail address.",
    "country": "Country code of two letters (ISO 3166).",
    "signed_up_on": "Date on which the customer signed up.",
}
