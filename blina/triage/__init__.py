"""The triage core: what the documents say, what the policy decides, what the assistant answers."""
