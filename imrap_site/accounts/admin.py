"""People and groups in the admin, for superusers only."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache

from imrap_site.accounts import ways_in
from imrap_site.accounts.everywhere import end_everywhere
from imrap_site.accounts.people import OWN_FACTORS
from profiles.admin.scripts import LightAdmin
from profiles.models import KINDS, AudioSummary, Organisation, with_parts

ACTIONS = {
    "view": _("see"),
    "add": _("add"),
    "change": _("change"),
    "publish": _("publish and withdraw"),
    "delete": _("delete"),
}

WHAT_GROUPS_DO = _(
    "Rédaction writes and corrects, but neither publishes nor deletes. "
    "Responsable does everything with the content. Only superusers manage people."
)

# What allauth registers is for programmers; `manage.py lost_phone` does what is needed of it.
for model in (EmailAddress, Authenticator, User, Group):
    admin.site.unregister(model)


class PeopleAdmin(LightAdmin):
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


class NewPersonForm(forms.ModelForm):
    """Name, address and group. The password is the person's own: nobody else ever types one."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "groups")
        field_classes = {"username": UsernameField}

    def clean_email(self):
        email = self.cleaned_data["email"]
        if email and User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody else has this address already: each signs in by it."))
        return email

    def save(self, commit=True):
        self.instance.set_unusable_password()
        return super().save(commit)


@admin.register(User)
class PersonAdmin(PeopleAdmin, UserAdmin):
    fieldsets = [
        (None, {"fields": ["username", "way_in"]}),
        (_("Personal info"), {"fields": ["first_name", "last_name", "email"]}),
        (
            _("What this person may do"),
            {
                "fields": ["groups", "is_active", "is_staff", "is_superuser"],
                "description": WHAT_GROUPS_DO,
            },
        ),
        (_("Dates"), {"fields": ["last_login", "date_joined"], "classes": ["collapse"]}),
    ]
    add_form = NewPersonForm
    add_form_template = None
    add_fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "email"]}),
        (_("What this person may do"), {"fields": ["groups"], "description": WHAT_GROUPS_DO}),
    ]
    filter_horizontal = ()
    show_facets = admin.ShowFacets.NEVER
    readonly_fields = ("way_in", "last_login", "date_joined")
    list_display = ("username", "first_name", "last_name", "email", "second_factor", "may_enter")
    list_filter = ("is_active", "is_superuser", "groups")
    actions = ("sign_out",)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(has_second_factor=OWN_FACTORS)

    # In words: the pictures that Django has for these say "True" and "False" to who hears them.
    @admin.display(description=_("second factor"))
    def second_factor(self, person):
        return _("yes") if person.has_second_factor else _("no")

    @admin.display(description=_("account"), ordering="is_active")
    def may_enter(self, person):
        return (
            pgettext_lazy("account", "open")
            if person.is_active
            else pgettext_lazy("account", "closed")
        )

    @admin.action(description=_("Sign these people out everywhere"), permissions=["change"])
    def sign_out(self, request, queryset):
        for person in queryset:
            end_everywhere(person)
            words = _("%s is signed out on all devices.") % person
            self.message_user(request, words, messages.SUCCESS)

    @admin.display(description=_("password"))
    def way_in(self, person):
        """Whether one was chosen, and the way to another one; not how it is kept."""
        words = _("Chosen.") if person.has_usable_password() else _("None was chosen yet.")
        address = reverse("admin:auth_user_way_in", args=[person.pk])
        return format_html(
            '{} <a class="desk-way" href="{}">{}</a>', words, address, _("Let them choose one")
        )

    def get_urls(self):
        """No password is typed here: a link lets people choose their own."""
        way_in = path(
            "<int:person_id>/way-in/",
            self.admin_site.admin_view(self.way_in_view),
            name="auth_user_way_in",
        )
        kept = [url for url in super().get_urls() if url.name != "auth_user_password_change"]
        return [way_in, *kept]

    def response_add(self, request, obj, post_url_continue=None):
        """Where a mail can go, it goes; else the link to hand over is shown, once."""
        if not (obj.email and ways_in.is_mail_set_up()):
            ways_in.show_once(request, obj)
        else:
            self.send_way_in(request, obj)
        return redirect("admin:auth_user_way_in", obj.pk)

    def send_way_in(self, request, person):
        if ways_in.mail(request, person):
            words = _("A mail to %(address)s is on its way, in which %(person)s finds a link.")
            words %= {"address": person.email, "person": person}
            self.message_user(request, words, messages.SUCCESS)
        else:
            words = _("The mail could not be sent. Hand the link below over yourself.")
            self.message_user(request, words, messages.WARNING)
            ways_in.show_once(request, person)

    @method_decorator(never_cache)
    def way_in_view(self, request, person_id):
        """A mail or a link, by which a person chooses a password: once, within three days."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        person = get_object_or_404(User, pk=person_id)
        if request.method == "POST":
            if "mail" in request.POST and person.email and ways_in.is_mail_set_up():
                self.send_way_in(request, person)
            else:
                ways_in.show_once(request, person)
            return redirect(request.path)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": _("A way in for %s") % (person.get_full_name() or person),
            "opts": self.opts,
            "person": person,
            "link": ways_in.shown_now(request, person),
            "can_mail": bool(person.email) and ways_in.is_mail_set_up(),
        }
        return TemplateResponse(request, "admin/auth/user/way_in.html", context)

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
