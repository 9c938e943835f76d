"""How the API words its refusals; apart from the policies, which REST framework imports before its own views."""

from typing import Any

from django.http import Http404
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import exception_handler


def in_our_words(error: Exception, context: dict[str, Any]) -> Response | None:
    """The same answer for what is not there and what one may not know of, without the name of a model."""
    return exception_handler(NotFound() if isinstance(error, Http404) else error, context)
