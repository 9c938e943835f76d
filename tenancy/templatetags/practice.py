import uuid
from typing import Any

from django import template

from tenancy import urls

register = template.Library()


@register.simple_tag
def practice_url(name: str, *args: Any, practice: uuid.UUID | None = None, **kwargs: Any) -> str:
    return urls.practice_url(name, *args, practice=practice, **kwargs)


@register.simple_tag(takes_context=True)
def may(context: template.Context, permission: str) -> bool:
    """Whether the person may: decides what is shown, never what is allowed."""
    scope = getattr(context.get("request"), "scope", None)
    return bool(scope and scope.may(permission))
