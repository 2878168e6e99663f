"""All settings. What differs between machines comes from the environment or from .env."""

from datetime import date
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from django_prose_editor.config import html_tags
from js_asset import static_lazy

from imrap_site import places
from imrap_site.variables import Variables

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"  # what the site makes for itself; media/ holds what staff upload

env = Variables()
Variables.read_env(BASE_DIR / ".env")

# The machine ------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
IS_LOCAL = set(ALLOWED_HOSTS) <= {"127.0.0.1", "localhost", "[::1]", "testserver"}


def secret_key():
    """From the environment, else from the file that the first `make run` writes."""
    file = VAR_DIR / "secret-key"
    if key := env("SECRET_KEY", default="") or (file.exists() and file.read_text().strip()):
        return key
    raise ImproperlyConfigured(
        "There is no secret key. Start the site once with `make run`, which writes one to "
        "var/secret-key, or set SECRET_KEY to a long random text."
    )


SECRET_KEY = secret_key()
DATABASES = {"default": places.database(env, VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# What failed, with its trace, where the server prints, once a minute; by mail once an hour, where
# somebody is named. Who asks for a wrong host is no failure.
ERRORS_TO = env("ERRORS_TO", default="")
TELLS = ["console", "mail"] if ERRORS_TO else ["console"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"journal": {"format": "{name}: {message}", "style": "{"}},
    "filters": {
        "once a minute": {"()": "imrap_site.serving.logs.Seldom", "seconds": 60},
        "once an hour": {"()": "imrap_site.serving.logs.Seldom", "seconds": 3600},
    },
    "handlers": {
        "journal": {"class": "logging.StreamHandler", "formatter": "journal"},
        "console": {
            "class": "logging.StreamHandler",
            "level": "ERROR",
            "filters": ["once a minute"],
        },
        "mail": {
            "class": "imrap_site.serving.logs.MailHandler",
            "to": ERRORS_TO,
            "level": "ERROR",
            "filters": ["once an hour"],
        },
    },
    "loggers": {
        "django": {"handlers": TELLS},
        # Who came in and what they made public; deploy/fail2ban reads the lines of failed sign-ins.
        "journal": {"handlers": ["journal"], "level": "INFO", "propagate": False},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
EMAIL_TIMEOUT = 20  # seconds

# The application --------------------------------------------------------------------

INSTALLED_APPS = [
    "profiles",
    "imrap_site.serving.apps.ServingConfig",
    "imrap_site.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "js_asset",
    "reversion",
    "django_prose_editor",
    "translated_fields",
    "allauth",
    "imrap_site.accounts.apps.StaffAccountConfig",
    "allauth.mfa",
    "django.contrib.humanize",  # what allauth's templates load
    "imrap_site.accounts",
    "imrap_site.keeping.apps.KeepingConfig",
]
MIDDLEWARE = [
    "imrap_site.keeping.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "imrap_site.serving.headers.ContentSecurityPolicyMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "imrap_site.serving.staff.StaffSessionMiddleware",
    "imrap_site.serving.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "imrap_site.serving.form_size.FormSizeMiddleware",
    "imrap_site.serving.staff.StaffCsrfMiddleware",
    "imrap_site.serving.staff.StaffAuthenticationMiddleware",
    "imrap_site.serving.bodies.StrangersBodyMiddleware",
    "imrap_site.accounts.middleware.PersonLanguageMiddleware",
    "imrap_site.serving.staff.StaffMessageMiddleware",
    "imrap_site.accounts.middleware.PersonMiddleware",
    "imrap_site.accounts.middleware.StaffAccountMiddleware",
]
ROOT_URLCONF = "imrap_site.urls"
WSGI_APPLICATION = "imrap_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# What the rich text editor has of ours; it adds no element of its own to what is allowed.
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {
        "js": [static_lazy("editor/extensions.js")],
        "extensions": {
            "Paste": html_tags([]),
            "Footnote": html_tags(["small"], {"small": ["role"]}),
            "LibraryPicture": html_tags(["figure", "figcaption"], {"figure": ["data-picture"]}),
        },
    }
]

# Languages and time -----------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
# Of staff pages, until a person chooses another; what is none of ours leaves it to the browser.
STAFF_LANGUAGE = env("STAFF_LANGUAGE", default="fr")
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "imrap_site.formats"
TIME_ZONE = env("TIME_ZONE", default="Africa/Bamako")
# Languages of Mali that Django does not know, for whoever adds one to LANGUAGES.
LANG_INFO.setdefault(
    "bm", {"bidi": False, "code": "bm", "name": "Bambara", "name_local": "Bamanankan"}
)
LANG_INFO.setdefault("ff", {"bidi": False, "code": "ff", "name": "Fulah", "name_local": "Fulfulde"})

# Content ----------------------------------------------------------------------------

# Kinds of entries that this site does without, as in addresses; `profiles.models` reads it.
KINDS_OFF = env.list("KINDS_OFF", default=[])

# Files ------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"  # of addresses; the variable of this name says which S3 server has the files
MEDIA_ROOT = places.media_folder(env, BASE_DIR, VAR_DIR)
STORAGES = {
    "default": places.media(env),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# The largest upload in MB: of a whole form, and of one file of each kind.
UPLOAD_MB = {
    "form": env.int("UPLOAD_MB_FORM", default=520),
    "picture": env.int("UPLOAD_MB_PICTURE", default=60),
    "document": env.int("UPLOAD_MB_DOCUMENT", default=100),
    "film": env.int("UPLOAD_MB_FILM", default=500),
    "recording": env.int("UPLOAD_MB_RECORDING", default=100),
}
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "profiles.files.arriving.BoundedUploadHandler",
]
# Where backups lie that are given no other place; the script of the timer asks for it too.
BACKUP_DIR = BASE_DIR / (env("BACKUP_DIR", default="").strip() or "var/backups")
# Versions that the history keeps of each entry, beside its first: the sweep removes older ones.
REVISIONS_KEPT = env.int("REVISIONS_KEPT", default=100)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_500  # an action on all that one spreadsheet may bring
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024  # a long text in two languages fits easily

# Reach ------------------------------------------------------------------------------

# The log of the web server before the site, if that answers pages from its own memory.
REACH_LOG = env("REACH_LOG", default="")

# Safety -----------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# HTTPS is demanded as soon as the site answers to a name that others can reach. Who may say
# that a request came by it stands in gunicorn.conf.py alone, which knows where each comes from:
# the web server before the site (TRUSTED_PROXY), in X-Forwarded-Proto. So no SECURE_PROXY_SSL_HEADER here, with
# which anybody's word would do.
HTTPS = env.bool("HTTPS", default=not IS_LOCAL)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"


def security_contact():
    """(address, last moment) for security.txt; ("", "") where there is no contact."""
    contact, day = env("SECURITY_CONTACT", default=""), env("SECURITY_EXPIRES", default="")
    if not contact:
        return "", ""
    try:
        until = date.fromisoformat(day)
    except ValueError:
        raise ImproperlyConfigured(
            "SECURITY_CONTACT needs SECURITY_EXPIRES: the day until which somebody answers there, "
            "as in 2027-06-30."
        ) from None
    return (contact if ":" in contact else f"mailto:{contact}"), f"{until}T23:59:59Z"


SECURITY_CONTACT, SECURITY_EXPIRES = security_contact()

# Accounts ---------------------------------------------------------------------------

REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=HTTPS)
AUTHENTICATION_BACKENDS = ["imrap_site.accounts.people.PeopleBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "imrap_site.accounts.adapters.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_FORMS = {
    "login": "imrap_site.accounts.forms.SignInForm",
    "reset_password_from_key": "imrap_site.accounts.forms.ChoosePasswordForm",  # nosec B105
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_VERIFICATION = "none"  # who makes the account types the address
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# The last address in X-Forwarded-For is the visitor's: the web server with the certificate adds
# it. Whoever comes past that server is sent to https before anything reads the header.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute wrong
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # http://localhost
MFA_FORMS = {
    "authenticate": "imrap_site.accounts.forms.CodeForm",
    "reauthenticate": "imrap_site.accounts.forms.CodeAgainForm",
    "login_webauthn": "imrap_site.accounts.forms.PasskeySignInForm",
    "authenticate_webauthn": "imrap_site.accounts.forms.PasskeyForm",
    "reauthenticate_webauthn": "imrap_site.accounts.forms.PasskeyAgainForm",
    "add_webauthn": "imrap_site.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "imrap_site.accounts.forms.RenamePasskeyForm",
}
# Sessions and failed sign-ins lie in files: all workers share them, and no stranger makes the
# content database be written; on PostgreSQL sessions of people lie in its table, so that all hosts
# know them. How long they last stands in their module.
SESSION_ENGINE = "imrap_site.accounts.sessions"
SESSION_FILE_PATH = VAR_DIR / "sessions"
# Only for counting attempts: it keeps moments, not whatever one likes.
CACHES = {"default": places.counters(env, VAR_DIR)}
ACCOUNT_RATE_LIMITS = {
    # On devices that nobody signed in on before, from wherever; "5/5m" is for each place and name.
    "guesses_at_one_account": "30/h/key",
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60  # who has just signed in is not asked again
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
FIRST_HOST = next(iter(ALLOWED_HOSTS), "localhost").lstrip(".*")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default=f"noreply@{FIRST_HOST}")

# Browsers ---------------------------------------------------------------------------

PUBLIC_CONTENT_SECURITY_POLICY = {
    "default-src": [NONE],
    "img-src": [SELF],
    "media-src": [SELF],
    "style-src": [SELF],
    "manifest-src": [SELF],
    "connect-src": [SELF],  # no script runs that could use it; Lighthouse reads robots.txt
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
STAFF_CONTENT_SECURITY_POLICY = {
    **PUBLIC_CONTENT_SECURITY_POLICY,
    "script-src": [SELF, NONCE],
    # The rules that the rich text editor writes into the page; they change with its version.
    "style-src": [SELF, "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"],
    "font-src": [SELF],
    "img-src": [SELF, "data:", "blob:"],
}
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # StaffCsrfMiddleware is the CSRF middleware, on staff paths
    "security.W005",  # whether subdomains have HTTPS is not this site's to decide
    "security.W021",  # nor is the browsers' preload list
]
