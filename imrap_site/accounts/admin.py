"""People and groups in the admin, for superusers only."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserCreationForm
from django.contrib.auth.models import Group, User
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from imrap_site.accounts.everywhere import end_everywhere
from imrap_site.accounts.people import OWN_FACTORS
from profiles.models import KINDS, AudioSummary, Organisation, with_parts

ACTIONS = {
    "view": _("see"),
    "add": _("add"),
    "change": _("change"),
    "publish": _("publish and withdraw"),
    "delete": _("delete"),
}

# What allauth registers is for programmers; `manage.py lost_phone` does what is needed of it.
for model in (EmailAddress, Authenticator, User, Group):
    admin.site.unregister(model)


class PeopleAdmin:
    """What people and groups share. Superusers alone: who gives rights could take all of them."""

    def has_module_permission(self, request):
        return request.user.is_active and request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_add_permission(self, request):
        return self.has_module_permission(request)

    def has_change_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def get_deleted_objects(self, objs, request):
        """Only their names: what goes with them are rows that nobody has ever seen."""
        _all, _counts, lacking, protected = super().get_deleted_objects(objs, request)
        counts = {self.opts.verbose_name_plural: len(objs)}
        return [str(one) for one in objs], counts, lacking, protected

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        return super().formfield_for_manytomany(
            db_field, request=request, widget=CheckboxSelectMultiple(), **kwargs
        )


class NewPasswordForm(AdminPasswordChangeForm):
    usable_password_help_text = _(
        "Without a password, this person enters with a passkey only, and the present password is lost."
    )


@admin.register(User)
class PersonAdmin(PeopleAdmin, UserAdmin):
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Personal info"), {"fields": ["first_name", "last_name", "email"]}),
        (
            _("What this person may do"),
            {
                "fields": ["groups", "is_active", "is_staff", "is_superuser"],
                "description": _(
                    "Rédaction writes and corrects, but neither publishes nor deletes. "
                    "Responsable does everything with the content. Only superusers manage people."
                ),
            },
        ),
        (_("Dates"), {"fields": ["last_login", "date_joined"], "classes": ["collapse"]}),
    ]
    add_form = UserCreationForm
    add_fieldsets = [(None, {"fields": ["username", "email", "password1", "password2"]})]
    change_password_form = NewPasswordForm
    filter_horizontal = ()
    show_facets = admin.ShowFacets.NEVER
    readonly_fields = ("last_login", "date_joined")
    list_display = ("username", "first_name", "last_name", "email", "second_factor", "is_active")
    list_filter = ("is_active", "is_superuser", "groups")
    actions = ("sign_out",)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(has_second_factor=OWN_FACTORS)

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, person):
        return person.has_second_factor

    @admin.action(description=_("Sign these people out everywhere"), permissions=["change"])
    def sign_out(self, request, queryset):
        for person in queryset:
            end_everywhere(person)
            words = _("%s is signed out on all devices.") % person
            self.message_user(request, words, messages.SUCCESS)

    def save_model(self, request, obj, form, change):
        # An account without the admin is of no use here; unticking it later is possible.
        obj.is_staff = obj.is_staff or not change
        super().save_model(request, obj, form, change)


class PermissionChoices(ModelMultipleChoiceField):
    def label_from_instance(self, permission):
        """In the reader's language; Django stores an English sentence."""
        kind = permission.content_type.model_class()._meta.verbose_name
        action = permission.codename.partition("_")[0]
        return f"{capfirst(str(kind))} – {ACTIONS[action]}"


@admin.register(Group)
class RoleAdmin(PeopleAdmin, GroupAdmin):
    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        if db_field.name == "permissions":
            kwargs["form_class"] = PermissionChoices
        field = super().formfield_for_manytomany(db_field, request=request, **kwargs)
        if db_field.name == "permissions":
            models = [Organisation, AudioSummary, *with_parts(KINDS.values())]
            field.queryset = field.queryset.filter(
                content_type__app_label="profiles",
                content_type__model__in=[model._meta.model_name for model in models],
            )
        return field

    def save_related(self, request, form, formsets, change):
        """Rights that the form does not show, as on a kind that is switched off, stay."""
        shown = form.fields["permissions"].queryset
        hidden = list(form.instance.permissions.exclude(pk__in=shown))
        super().save_related(request, form, formsets, change)
        form.instance.permissions.add(*hidden)
