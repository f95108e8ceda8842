"""Rasa graph components: guard, sentence encoder, intent classifier, symptom reader."""
