"""What ``b24sync init`` asks the portal, and the configuration that it makes of the answers."""
