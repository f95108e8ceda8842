"""Whether somebody who floods the server holds up the others."""
