"""The REST API of the rehearsal Zendesk, one blueprint a subject."""
