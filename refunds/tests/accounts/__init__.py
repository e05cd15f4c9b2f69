"""The accounts of shops at payment channels: kept, sent through, and what of them is never seen."""
