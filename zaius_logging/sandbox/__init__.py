"""The sandbox: a stand-in for the Events API on loopback."""
