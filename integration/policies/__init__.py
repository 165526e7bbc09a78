"""Policies, rules and word lists as files that people edit: read, checked, put into the domain's terms."""
