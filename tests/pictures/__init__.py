"""Pictures of Makegood inside the rehearsal Zendesk, for people to look at: `make pictures`."""
