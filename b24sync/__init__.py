"""b24sync: automations for Bitrix24 from cron, with no public server."""

__version__ = "0.2.0"
