"""Settings, read from the environment; without one, the private servers and keys of `rcm_site.engines` are used."""

import os
from pathlib import Path
from typing import Any

from rcm_site.engines.addresses import database, redis_url, secret
from rcm_site.engines.places import var_folder

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = var_folder()

DEBUG = os.environ.get("RCM_DEBUG", "0") == "1"
SECRET_KEY = secret("django").hex()
# Signs the tenant context that row security believes; the database holds its HMAC pads.
CONTEXT_KEY = secret("context")
ALLOWED_HOSTS = os.environ.get("RCM_ALLOWED_HOSTS", "localhost 127.0.0.1 [::1] testserver").split()
CSRF_TRUSTED_ORIGINS = os.environ.get("RCM_TRUSTED_ORIGINS", "").split()
SECURE = os.environ.get("RCM_HTTPS", "0") == "1"

INSTALLED_APPS = [
    "rcm_site",
    "denials",
    "remittances",
    "claims",
    "patients",
    "ledger",
    "clearinghouse",
    "eligibility",
    "workbench",
    "reference",
    "audit",
    "tenancy",
    "rcm_site.admin_site.WorkbenchAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "auditlog",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "rcm_site.access.middleware.ProgramAddresses",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rcm_site.access.middleware.BrowserManners",
    "rcm_site.access.middleware.SessionLimits",
    "auditlog.middleware.AuditlogMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "rcm_site.access.middleware.SecondFactorOwed",
    "audit.middleware.RefusalMiddleware",
    "tenancy.middleware.TenancyMiddleware",
]

ROOT_URLCONF = "rcm_site.urls"
WSGI_APPLICATION = "rcm_site.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rcm_site.frame.frame",
            ],
            "builtins": ["tenancy.templatetags.practice", "rcm_site.templatetags.face"],
        },
    },
]

# The web and the workers connect as roles that own nothing; migrations alone use the owner.
DATABASE_ROLE = os.environ.get("RCM_DATABASE_ROLE", "app")
DATABASES = {"default": database(DATABASE_ROLE), "owner": database("owner"), "sealer": database("sealer")}
DATABASE_ROUTERS = ["tenancy.routers.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_url(),
        "KEY_PREFIX": "rcm",
    }
}

AUTH_USER_MODEL = "tenancy.Person"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
GUARDIAN_MONKEY_PATCH_USER = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
# An unknown address gets a letter that says so: whoever asks cannot tell by the answer or by how long it took.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a path
ACCOUNT_ADAPTER = "rcm_site.access.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "rcm_site.access.sign_in_forms.SignInForm",
    "reset_password": "rcm_site.access.sign_in_forms.ForgottenPasswordForm",
    "reset_password_from_key": "rcm_site.access.sign_in_forms.NewPasswordForm",
    "change_password": "rcm_site.access.sign_in_forms.ChangePasswordForm",
    "reauthenticate": "rcm_site.access.sign_in_forms.OncePasswordForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# Five wrong passwords close an account, thirty an address; both open again by themselves.
ACCOUNT_RATE_LIMITS = {"login_failed": "30/15m/ip,5/15m/key"}
# Reverse proxies in front of the web, each of which adds the caller to X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("RCM_TRUSTED_PROXIES", "0"))
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
MFA_ADAPTER = "rcm_site.access.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "rcm_site.access.sign_in_forms.CodeForm",
    "reauthenticate": "rcm_site.access.sign_in_forms.OnceCodeForm",
    "activate_totp": "rcm_site.access.sign_in_forms.NewFactorForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "RCM Workbench"
MFA_TOTP_TOLERANCE = 1
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# The form of a hospital's visit with 999 lines.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = 15 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
# "no-referrer" would make browsers send "Origin: null" with every form, which the CSRF check must refuse.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenancy.api_policies.MiddlewareAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tenancy.api_policies.InScope"],
    "DEFAULT_PAGINATION_CLASS": "tenancy.api_policies.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["tenancy.api_policies.KnownFilters"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "tenancy.api_errors.in_our_words",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "RCM Workbench",
    "DESCRIPTION": "Patients, coverage, claims, remittances and denials of one practice.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["tenancy.api_policies.InScope"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "SexEnum": "patients.choices.Sex",
        "EncounterStateEnum": "patients.choices.EncounterState",
        "SentVisitStateEnum": "patients.api.visits.SENT_STATES",
        "ChargeStateEnum": "patients.choices.ChargeState",
        "ClaimKindEnum": "patients.choices.ClaimKind",
        "HoldReasonEnum": "patients.choices.HoldReason",
        "SentHoldReasonEnum": "patients.choices.HOLD_REASONS",
        "BillingStateEnum": "patients.choices.BillingState",
        "DenialStateEnum": "denials.choices.DenialState",
        "AcknowledgementKindEnum": "claims.choices.AckKind",
        "AcknowledgementSenderEnum": "claims.choices.AckSender",
        "AcknowledgementStatusEnum": "claims.choices.AckStatus",
        "AcknowledgementVerdictEnum": "claims.choices.AckVerdict",
        "QuestionStateEnum": "claims.choices.QuestionState",
        "RelationshipEnum": "patients.choices.Relationship",
        "DependentRelationshipEnum": "eligibility.choices.RELATIONSHIPS",
        "InquiryStateEnum": "eligibility.choices.InquiryState",
        "EligibilityBatchKindEnum": "eligibility.choices.BatchKind",
        "EligibilityRowStateEnum": "eligibility.choices.RowState",
        "CoverageStatusEnum": "eligibility.choices.STATUSES",
        "RemittanceStateEnum": "remittances.choices.RemittanceState",
        "ReceivableStateEnum": "remittances.choices.ReceivableState",
        "AppealOutcomeEnum": "denials.choices.AppealOutcome",
        "WriteOffReasonEnum": "denials.choices.WriteOffReason",
        "SnoozeReasonEnum": "workbench.choices.SnoozeReason",
        "WorkItemStateEnum": "workbench.choices.ItemState",
        "WorkItemOutcomeEnum": "workbench.choices.CloseOutcome",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# A payer's decision on one claim that moves more than this is posted by a person, never unseen.
POST_UNSEEN_LIMIT_CENTS = int(os.environ.get("RCM_POST_UNSEEN_LIMIT_CENTS", 250_000_00))

# The signed roots of the audit trail, kept outside the database: on another host or a write-once store in production.
AUDIT_SEALS_FILE = Path(os.environ.get("RCM_SEALS_FILE", VAR_DIR / "seals" / "seals.jsonl"))

# Without a mail server invitations stand in the log, which is for one person on one machine alone.
EMAIL_HOST = os.environ.get("RCM_EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("RCM_EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("RCM_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("RCM_EMAIL_PASSWORD", "")
EMAIL_USE_SSL = EMAIL_PORT == 465
EMAIL_USE_TLS = not EMAIL_USE_SSL and os.environ.get("RCM_EMAIL_TLS", "1") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("RCM_EMAIL_FROM", "rcm-workbench@localhost")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("RCM_LOG_LEVEL", "INFO")},
    # A line for each call: what was asked of a partner stands in its attempts.
    "loggers": {"httpx2": {"level": "WARNING"}},
}
