"""The exploratory report: a profile as one page that needs nothing but itself."""

from penstock.profiles.report.page import page

__all__ = ["page"]
