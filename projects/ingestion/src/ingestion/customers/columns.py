"""The columns of the customer export, and what they mean."""

COLUMNS = ("id", "first_name", "last_name", "email", "country", "signed_up_on")
"""In the order of the tables; in the export their order does not matter."""

DESCRIPTIONS = {
    "id": "The customer's number, as in the shop's `users`.",
    "first_name": "First name.",
    "last_name": "Last name.",
    "email": "E-mail address.",
    "country": "Country, as two letters of ISO 3166.",
    "signed_up_on": "Day on which the customer signed up.",
}
