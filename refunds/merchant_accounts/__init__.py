"""The desk's pages of a shop's accounts at payment channels; what they call is in `services/merchant_accounts.py`."""
