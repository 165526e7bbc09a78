"""Response templates and internal notes: found, validated, rendered in a sandbox that can be killed."""
