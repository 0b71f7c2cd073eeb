"""What can be done to several poses at once."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from core.errors import DomainError
from poses.models import Photo, Pose, PoseRevision
from poses.selectors.mirror import comparable_photos
from poses.selectors.review import reviewers
from poses.services import detecting, mirroring, renditions, reviewing

from .asking import SEEN, Question, ask, counted, is_confirmed

if TYPE_CHECKING:
    from collections.abc import Iterable

Left: TypeAlias = "Counter[str]"
Done: TypeAlias = tuple[int, Left]
ActionFunction: TypeAlias = Callable[
    ["admin.ModelAdmin[Pose]", HttpRequest, QuerySet[Pose]],  # what Django calls
    HttpResponse | None,
]


class AssignForm(forms.Form):
    """Whom to assign: active people who may review, or nobody."""

    to = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Nobody", label="Assign to")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        keys = [member.pk for member in reviewers()]
        cast("forms.ModelChoiceField[User]", self.fields["to"]).queryset = User.objects.filter(pk__in=keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """An action: its words, the permission it wants, and what does it.

    `is_judging` is one that depends on the keypoints that the person has seen when asked.
    """

    name: str
    title: str
    permission: str
    question: str
    done: str
    do: Callable[[Sequence[Pose], User, Any], Done]
    what: str = "pose"
    is_judging: bool = False
    form: type[AssignForm] | None = None


def _outcome(outcome: reviewing.BulkOutcome) -> Done:
    return outcome.done, Counter(reason for _, reason in outcome.left)


def _approve(poses: Sequence[Pose], by: User, _: Any) -> Done:
    return _outcome(reviewing.approve_poses(poses=poses, by=by))


def _send(poses: Sequence[Pose], by: User, _: Any) -> Done:
    return _outcome(reviewing.send_poses_to_review(poses=poses, by=by))


def _revert(poses: Sequence[Pose], by: User, _: Any) -> Done:
    return _outcome(reviewing.revert_poses(poses=poses, by=by, client=PoseRevision.Client.ADMIN))


def _assign(poses: Sequence[Pose], by: User, form: AssignForm) -> Done:
    return _outcome(reviewing.assign_poses(poses=poses, to=form.cleaned_data["to"], by=by))


def _detect(poses: Sequence[Pose], by: User, _: Any) -> Done:
    photos = _photos(poses)
    queued = detecting.queue_again(photos=photos.changeable_by(by), actor=by)
    return queued, Counter({"Being worked on right now.": photos.count() - queued})


def _mirror(poses: Sequence[Pose], by: User, _: Any) -> Done:
    photos = _photos(poses).checkable_by(by)
    comparable = comparable_photos(photos).count()
    queued = mirroring.queue_mirror_checks(photos=photos, actor=by)
    nobody = photos.count() - comparable
    return queued, Counter(
        {"The latest detection found nobody on the photo.": nobody, "Being checked right now.": comparable - queued}
    )


def _photos(poses: "Iterable[Pose]") -> Any:
    return Photo.objects.filter(pk__in={pose.photo_id for pose in poses})


_BULK = (
    BulkAction(
        name="approve",
        title="Approve",
        permission="approve",
        question="Approve {}? Approved poses are locked until somebody unlocks them.",
        done="approved",
        do=_approve,
        is_judging=True,
    ),
    BulkAction(
        name="send_to_review",
        title="Send to review",
        permission="change",
        question="Send {} to review?",
        done="sent to review",
        do=_send,
    ),
    BulkAction(
        name="assign",
        title="Assign",
        permission="change",
        question="Assign {}? Whom?",
        done="assigned",
        do=_assign,
        form=AssignForm,
    ),
    BulkAction(
        name="revert",
        title="Revert to the model",
        permission="change",
        question="Bring {} back to what the model found last? The corrections stay in the history.",
        done="brought back to the model's",
        do=_revert,
        is_judging=True,
    ),
    BulkAction(
        name="detect_photos_again",
        title="Detect again",
        permission="detect",
        question=(
            "Look for people again on the photos of {}, each with the model and settings it was uploaded with? "
            "What a person has corrected stays. It is done in the background."
        ),
        done="queued to be detected again",
        do=_detect,
        what="photo",
    ),
    BulkAction(
        name="check_by_mirror",
        title="Check by mirror",
        permission="change",
        question="Compare {} with what the model finds on the mirrored photo? It is done in the background.",
        done="queued for a mirror check",
        do=_mirror,
        what="photo",
    ),
)


def _action(bulk: BulkAction) -> ActionFunction:
    """The function that Django's list calls: asks once, then does it and tells."""

    def act(
        model_admin: "admin.ModelAdmin[Pose]", request: HttpRequest, queryset: QuerySet[Pose]
    ) -> HttpResponse | None:
        poses = list(queryset)
        form = bulk.form(request.POST if is_confirmed(request) else None) if bulk.form else None
        if not is_confirmed(request) or (form is not None and not form.is_valid()):
            return ask(model_admin, request, _question(bulk.name, bulk.title, bulk.question, poses, form))
        fresh, stale = _as_seen(request, poses) if bulk.is_judging else (poses, Counter[str]())
        try:
            done, left = bulk.do(fresh, cast("User", request.user), form)
        except DomainError as error:
            model_admin.message_user(request, error.message, messages.ERROR)
            return None
        _tell(model_admin, request, bulk, done, stale + left)
        return None

    act.__name__ = bulk.name
    return cast("ActionFunction", admin.action(act, permissions=[bulk.permission], description=bulk.title))


@admin.action(permissions=["export"], description="Export as CSV")
def export_csv(model_admin: "admin.ModelAdmin[Pose]", request: HttpRequest, queryset: QuerySet[Pose]) -> HttpResponse:
    """Asks once, then sends the current keypoints of the chosen poses."""
    poses = list(cast("Any", queryset).exportable_by(request.user))
    if not is_confirmed(request):
        text = "Download the keypoints of {}, one row a keypoint?"
        return ask(model_admin, request, _question("export_csv", "Export as CSV", text, poses, None))
    made = renditions.poses_csv(poses)
    disposition = {"Content-Disposition": f'attachment; filename="{made.filename}"'}
    return HttpResponse(cast("bytes", made.content), content_type=made.content_type, headers=disposition)


POSE_ACTIONS: tuple[ActionFunction, ...] = (*(_action(bulk) for bulk in _BULK), export_csv)


def _question(name: str, title: str, text: str, poses: Sequence[Pose], form: forms.Form | None) -> Question:
    return Question(
        action=name,
        title=title,
        text=text.format(counted(len(poses), "pose")),
        rows=[(pose.pk, f"{pose} on {pose.photo.title}") for pose in poses],
        seen=[f"{pose.pk}:{pose.current.number}" for pose in poses],
        form=form,
    )


def _as_seen(request: HttpRequest, poses: Sequence[Pose]) -> tuple[list[Pose], Left]:
    """The poses that are still as the person was asked about them, and why the others are left alone."""
    seen = set(request.POST.getlist(SEEN))
    fresh: list[Pose] = []
    stale: Left = Counter()
    for pose in poses:
        if seen and f"{pose.pk}:{pose.current.number}" not in seen:
            stale["The pose was edited since you looked at it."] += 1
        else:
            fresh.append(pose)
    return fresh, stale


def _tell(model_admin: "admin.ModelAdmin[Pose]", request: HttpRequest, bulk: BulkAction, done: int, left: Left) -> None:
    if done:
        model_admin.message_user(request, f"{counted(done, bulk.what)} {bulk.done}.", messages.SUCCESS)
    for reason, number in left.items():
        if number:
            words = f"{counted(number, bulk.what)} left alone: {reason}"
            model_admin.message_user(request, words, messages.WARNING)
