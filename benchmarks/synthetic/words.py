"""Names of tables and columns of a company."""

_DOMAINS = """
sales billing crm catalog inventory logistics returns pricing marketing web search support
fraud payments payouts ledger tax people payroll fleet routing storage procurement
suppliers quality loyalty reviews mail ads attribution experiments mobile sessions
identity consent partners affiliates subscriptions usage metering planning budget treasury
risk compliance legal facilities energy footprint reporting
"""
DOMAINS = tuple(_DOMAINS.split())

_ENTITIES = """
orders customers invoices items visits tickets shipments contracts accounts events
receipts products stores devices campaigns agents leads claims meters trips parcels
refunds quotes coupons baskets deliveries vehicles drivers shifts audits forecasts prices
ratings messages referrals plans limits exposures permits suppliers batches returns
transfers balances
"""
ENTITIES = tuple(_ENTITIES.split())

SYNONYMS: dict[str, tuple[str, ...]] = {
    "ref": ("customer_ref", "parent_id", "account_id", "owner_ref", "region_id", "partner_id"),
    "code": ("status", "channel", "state", "country", "segment", "currency_code"),
    "name": ("label", "title", "full_name", "display_name", "description_text"),
    "amount": ("amount", "net_amount", "gross_amount", "revenue", "price", "fee"),
    "quantity": ("quantity", "units", "item_count", "attempts", "visits_made"),
    "ratio": ("ratio", "share", "score", "rate", "weight"),
    "day": ("booked_on", "order_date", "valid_on", "business_day", "started_on"),
    "at": ("created_at", "updated_at", "synced_at", "seen_at"),
    "flag": ("is_active", "is_valid", "is_counted", "has_return", "is_first"),
}
"""What the columns of a role are called."""

QUOTED: dict[str, tuple[str, ...]] = {
    "ref": ("customerRef", "parentId"),
    "code": ("Status", "Country Code"),
    "name": ("fullName", "Display Name"),
    "amount": ("NetAmount", "Gross Amount"),
    "quantity": ("Units", "itemCount"),
    "ratio": ("Share", "winRate"),
    "day": ("orderDate", "Booked On"),
    "at": ("createdAt", "Seen At"),
    "flag": ("isActive", "Is Valid"),
}
"""Names that need quotes; those with a blank stay private."""

CODES = ("web", "app", "store", "phone")
WORDS = ("amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "inlet", "juniper")
