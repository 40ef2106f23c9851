"""What each command takes, in words and types; what it does is in the body beside this package."""
