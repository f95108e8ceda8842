"""Measuring the assistant: how well it reads and how fast it answers."""
