"""Who may come in: users, their passwords, keys and tokens. Both doors ask here."""
