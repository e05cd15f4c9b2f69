"""`make bench`: requests per second over HTTP, beside the same statements in plain SQL and a bare Django + DRF view."""
