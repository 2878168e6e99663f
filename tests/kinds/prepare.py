"""A site with content, in which a superuser has taken a right away."""

from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

call_command("migrate", verbosity=0)
call_command("seed", verbosity=0)
redaction = Group.objects.get(name="Rédaction")
redaction.permissions.remove(Permission.objects.get(codename="add_paper"))
