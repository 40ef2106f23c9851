"""Rules tried on given values, with no portal: what ``b24sync test`` runs."""
