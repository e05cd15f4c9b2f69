"""What a campaign is made of: servers of its own, and the processes of production beside them."""
