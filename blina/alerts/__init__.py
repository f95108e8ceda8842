"""What the care team is told: kept before the patient is answered, delivered until it arrives, closed."""
