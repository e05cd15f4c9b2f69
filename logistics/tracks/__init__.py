"""Following parcels: subscribed at their source of traces, told by its pushes, and asked for where none come."""
