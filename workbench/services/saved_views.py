from uuid import UUID

from audit import services as audit
from tenancy.scope import current_scope
from workbench.choices import Visibility
from workbench.models import SavedView
from workbench.services.refusals import Refusal


def save_view(*, kind: str, name: str, query: str, visibility: str, is_default: bool) -> SavedView:
    """Keep a list's address, as the list itself writes it, under a name; a view of the same name is
    replaced. One default per person and list.
    """
    person_id = current_scope().person_id
    if person_id is None:
        raise Refusal("Only a person can save a view.")
    if not name.strip():
        raise Refusal("A view needs a name.")
    if visibility not in Visibility.values:
        raise Refusal("A view is for you alone or for everybody in the practice.")
    if is_default:
        SavedView.objects.filter(owner_id=person_id, kind=kind, is_default=True).update(is_default=False)
    view, _ = SavedView.objects.update_or_create(
        owner_id=person_id,
        kind=kind,
        name=name.strip()[:60],
        defaults={"query": query, "visibility": visibility, "is_default": is_default},
    )
    audit.record(
        verb="workbench.saved_view.saved", subject=view, fields=("query", "visibility", "is_default")
    )
    return view


def delete_view(*, view_id: UUID) -> None:
    """Only its owner can take a view away."""
    view = SavedView.objects.filter(id=view_id, owner_id=current_scope().person_id).first()
    if view is None:
        raise Refusal("Only the person who saved a view can delete it.")
    audit.record(verb="workbench.saved_view.deleted", subject=view)
    view.delete()
