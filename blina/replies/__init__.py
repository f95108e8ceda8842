"""What patients read: texts and payloads made from what triage decided."""
