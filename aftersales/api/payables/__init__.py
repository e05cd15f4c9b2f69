"""What is owed beyond refunds, with its ticket."""
