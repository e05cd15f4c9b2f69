"""The demo of contract §3: two shops and every state of orders and tickets, reached through the services."""
