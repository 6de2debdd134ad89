-- A payment method without a column in `orders` would be counted in `amount` only.
select
    order_id,
    amount
from {{ ref('orders') }}
where amount <> credit_card_amount + coupon_amount + bank_transfer_amount + gift_card_amount
