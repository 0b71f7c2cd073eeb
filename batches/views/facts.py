"""What a batch was asked for, whom it tells, and what can be done with it now."""

from dataclasses import dataclass

from batches.imaging.settings import OutputFormat
from batches.models import Batch, Delivery
from batches.selectors.pages import deliveries_of
from batches.selectors.progress import Progress
from core.pages.words import counted, until
from poses.views.cards import age_of

_FORMATS = {OutputFormat.JPEG: "JPEG", OutputFormat.WEBP: "WebP", OutputFormat.AVIF: "AVIF"}


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of the end, and how that stands; `error` is why it has not arrived, `page` has the tries."""

    channel: str
    target: str
    words: str
    badge: str = ""
    error: str = ""
    code: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """What the owner can do now."""

    pause: bool
    resume: bool
    cancel: bool
    retry: bool

    @classmethod
    def of(cls, batch: Batch, progress: Progress) -> "Possible":
        """As `services.stages` will let."""
        stages = Batch.Stage
        is_held = batch.status == Batch.Status.HELD
        is_over = batch.is_final or (is_held and batch.stage == stages.RUNNING)
        return cls(
            pause=is_held and batch.stage == stages.RUNNING,
            resume=is_held and batch.stage == stages.PAUSED,
            cancel=is_held and batch.stage in (stages.RUNNING, stages.PAUSED),
            retry=is_over and progress.failed > 0,
        )


def columns_of(batch: Batch) -> list[tuple[str, str]]:
    """Which column of the CSV is taken for what, and the names of those that are carried along."""
    names = batch.header
    used = {
        "Serial number": batch.serial_column,
        "Product": batch.product_column,
        "Image URLs": batch.urls_column,
    }
    found = [(what, names[place]) for what, place in used.items()]
    others = [name or f"(column {place + 1})" for place, name in enumerate(names) if place not in used.values()]
    return [*found, ("Carried along", ", ".join(others) or "none")]


def asked_of(batch: Batch) -> list[tuple[str, str]]:
    """What is done with each image, in words."""
    return [("Compress", _compression(batch) if batch.compresses else "no"), ("Find people", _detection(batch))]


def told_of(batch: Batch) -> list[Told]:
    """E-mail and webhook, each where one is wanted."""
    sent = {delivery.channel: delivery for delivery in deliveries_of(batch)}
    wanted = ((Delivery.Channel.EMAIL, batch.email), (Delivery.Channel.WEBHOOK, batch.webhook_url))
    return [_told(batch, channel, target, sent.get(channel)) for channel, target in wanted if target]


def _compression(batch: Batch) -> str:
    settings = batch.compression
    if settings.target_percent is None:
        words = [f"quality {settings.used_quality}"]
    else:
        words = [f"to about {settings.target_percent} % of the bytes"]
    if settings.longest_side is not None:
        words.append(f"at most {settings.longest_side:,} pixels a side")
    if (name := _FORMATS.get(settings.format)) is not None:
        words.append(f"as {name}")
    if batch.measures_ssim:
        words.append("with SSIM")
    return ", ".join(words)


def _detection(batch: Batch) -> str:
    if not batch.finds_people:
        return "no"
    people = counted(batch.people_wanted, "person", "people")
    return f"up to {people} an image, confidence {batch.min_confidence:g} or more, {batch.model_name}"


def _told(batch: Batch, channel: str, target: str, delivery: Delivery | None) -> Told:
    name = Delivery.Channel(channel).label
    if delivery is None:
        return Told(name, target, "not sent" if batch.is_final else "when the batch has ended")
    statuses, page = Delivery.Status, delivery.get_absolute_url()
    if delivery.status == statuses.COMPLETED:
        verb = "delivered" if channel == Delivery.Channel.WEBHOOK else "sent"
        moment = f" {age_of(delivery.delivered_at)}" if delivery.delivered_at else ""
        return Told(name, target, f"{verb}{moment}", "ok", page=page)
    if delivery.status == statuses.FAILED:
        return Told(name, target, "not delivered", "bad", delivery.error_message, delivery.error_code, page)
    if delivery.status == statuses.HELD and delivery.due_at is not None and delivery.tries:
        last = delivery.log.first()
        message, code = (last.error_message, last.error_code) if last is not None else ("", "")
        times = counted(delivery.tries, "time")
        return Told(name, target, f"tried {times}, again {until(delivery.due_at)}", "warn", message, code, page)
    return Told(name, target, "being sent", "busy", page=page)
