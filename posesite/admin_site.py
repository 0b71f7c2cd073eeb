"""The admin as this site shows it."""

from django.contrib import admin


class PoseSiteAdmin(admin.AdminSite):
    """Django's admin with our name on it."""

    site_header = "PoseSite admin"
    site_title = "PoseSite admin"
    index_title = "Site"
    site_url = "/"
