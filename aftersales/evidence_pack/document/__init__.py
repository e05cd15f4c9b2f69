"""`evidence.pdf`, made of the facts alone, for somebody at a bank."""

from .build import pdf

__all__ = ["pdf"]
