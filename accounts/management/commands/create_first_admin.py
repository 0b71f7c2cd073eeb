"""Makes the administrator of a new site."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.first_admin import create_first_admin


class Command(BaseCommand):
    help = "Creates an administrator with a random password and prints it once; does nothing where there are users."

    def handle(self, *args: Any, **options: Any) -> None:
        made = create_first_admin()
        if made is None:
            if options["verbosity"]:
                self.stdout.write("There are users already; no administrator was made.")
            return
        user, password = made
        self.stdout.write("An administrator was made. The password is shown this once:")
        self.stdout.write(f"  e-mail address: {user.email}\n  password:       {password}")
