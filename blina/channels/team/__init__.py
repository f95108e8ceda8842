"""The nurses' inbox at `/team`: signing in, the alerts, who looked at what."""
