"""An application: what it would pay, opening a ticket by it, and changing it."""
