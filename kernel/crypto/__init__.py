"""What is signed and what is encrypted: links of the payment page, secrets at rest."""
