"""How the money of tickets and orders stands that has not arrived."""
