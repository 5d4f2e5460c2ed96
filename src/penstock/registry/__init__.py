"""Registered models: versions, aliases, promotions, approvals."""
