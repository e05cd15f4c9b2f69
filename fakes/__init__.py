"""Payment channels to try things out with: local servers that behave as the real ones do, with records of their own.

They share no code with the adapters: a mistake in signing would be the same on both sides and never be seen.
"""
