"""Where alerts go: a webhook, e-mail, a FHIR server, and how each says that it has one."""
