"""Makes events of files: opens them, unpacks them, and finds the events in their lines."""
