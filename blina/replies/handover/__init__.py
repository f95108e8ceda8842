"""The hand-over: what the team must know of a conversation, as one value, as JSON, as FHIR and as a chart."""
