"""What promotions do to a refund, and the points and coupons that the shop's own system is to move (F-6, F-7)."""
