"""A logging handler that delivers customer events to the Zaius Events API."""
