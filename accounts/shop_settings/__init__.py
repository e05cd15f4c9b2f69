"""What a shop sets up for itself beside its policy: the columns of its lists, its payment page."""
