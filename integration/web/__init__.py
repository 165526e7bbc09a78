"""What is reachable over HTTP: Zendesk's webhooks, the sidebar and admin pages, health and metrics."""
