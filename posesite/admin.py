"""The admin's site object."""

from django.contrib.admin.apps import AdminConfig


class SiteAdminConfig(AdminConfig):
    """Django's admin under our own name."""

    default_site = "posesite.admin_site.PoseSiteAdmin"
