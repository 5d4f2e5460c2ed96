"""Artifacts on a page: pictures, first rows, texts. Nothing that an artifact holds is executed or fetched."""

import base64

from penstock.artifacts.store import ArtifactStore
from penstock.metadata.records import Artifact
from penstock.platform.report.curves import CLASSIFICATION, draw_classification
from penstock.platform.report.facts import METRICS, UNNAMED, kind_of
from penstock.platform.report.markup import Markup, tag
from penstock.platform.report.preview import Preview, preview
from penstock.platform.report.words import one_line, size

MOST_SHOWN = 60
MOST_TEXT = 20_000
_ORDER = ("image", "markdown", "html", "table", "json", "text", "folder", "none")
_NUMERIC = ("int", "uint", "float", "double", "decimal")


def show_artifact(artifacts: ArtifactStore, artifact: Artifact, made_by: str) -> tuple[int, Markup] | None:
    """How early to show an artifact, pictures first, and a card of it; None where there is nothing more to see."""
    if artifact.type == METRICS:
        return None
    rank, body = 0, draw_classification(artifact.metadata) if artifact.type == CLASSIFICATION else None
    if body is None:
        shown = preview(artifacts, artifact, rows=8, most_text=MOST_TEXT)
        rank, body = _ORDER.index(shown.kind) + 1, show_preview(shown)
    if body is None:
        return None
    facts = f"{kind_of(artifact)}  {size(artifact.size)}"
    unnamed = artifact.name == UNNAMED
    title, origin = (made_by, "") if unnamed else (one_line(artifact.name), f"{made_by}  ·  ")
    head = tag("h3", title, tag("small", f"{origin}{facts}"))
    return rank, tag("article", head, body, class_=f"artifact {_ORDER[rank - 1] if rank else ''}".rstrip())


def show_preview(shown: Preview) -> Markup | None:
    """A preview as HTML."""
    match shown.kind:
        case "table":
            return _table(shown)
        case "image":
            data = base64.b64encode(shown.image).decode()
            return tag("img", src=f"data:{shown.media};base64,{data}", alt="", class_="picture")
        case "html":
            return tag("iframe", sandbox="", srcdoc=shown.text, class_="page", loading="lazy", title="HTML artifact")
        case "markdown":
            return tag("div", markdown(shown.text), class_="prose")
        case "text" | "json" | "folder":
            return tag("pre", shown.text + ("\n…" if shown.cut else ""))
        case _:
            return None


def markdown(source: str) -> Markup:
    """Markdown as HTML: raw HTML in it is shown as text, pictures from elsewhere are not fetched."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return Markup(parser.render(source))


def _table(shown: Preview) -> Markup:
    right = [kind.startswith(_NUMERIC) for kind in shown.types]
    names = zip(shown.columns, shown.types, right, strict=True)
    head = [tag("th", name, tag("small", kind), class_="n" if numeric else None) for name, kind, numeric in names]
    rows = [
        tag("tr", *(tag("td", text, class_="n" if n else None) for text, n in zip(row, right, strict=True)))
        for row in shown.rows
    ]
    note = f"{len(shown.rows)} of {shown.total:,} rows" if shown.total >= 0 else ""
    table = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *rows), class_="data")
    return tag("div", tag("div", table, class_="scroll"), tag("p", note, class_="note"))
