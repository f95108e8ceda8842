"""Messaging providers: one small file each, and one home for all that they share."""
