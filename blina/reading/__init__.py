"""From a patient's words to findings: plain Python on spaCy, without Rasa."""
