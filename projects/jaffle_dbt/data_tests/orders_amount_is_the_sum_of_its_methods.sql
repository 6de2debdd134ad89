-- A payment method that `orders` has no column for would be counted in `amount` alone.
select
    order_id,
    amount
from {{ ref('orders') }}
where amount <> credit_card_amount + coupon_amount + bank_transfer_amount + gift_card_amount
