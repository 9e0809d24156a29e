"""The catalogue as DCAT-AP 3, in JSON-LD."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from citywide.hub.catalogue.sets import DataSet
from citywide.kit.text import Text

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "dqv": "http://www.w3.org/ns/dqv#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    "locn": "http://www.w3.org/ns/locn#", "geo": "http://www.opengis.net/ont/geosparql#",
}  # fmt: skip
JSON_TYPE = "http://www.iana.org/assignments/media-types/application/json"
RIGHTS = "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"


def catalogue(city: Text, base: str, sets: Iterable[DataSet]) -> dict[str, Any]:
    """The whole catalogue as one JSON-LD document."""
    base = base.rstrip("/")
    return {
        "@context": CONTEXT, "@id": f"{base}/v1/catalogue", "@type": "dcat:Catalog",
        "dct:title": _said(city), "dct:description": _said(Text(f"Data of {city.en}", f"{city.zh}的数据")),
        "dct:publisher": _agent(base, "", city),
        "dcat:dataset": [_dataset(base, of) for of in sets],
    }  # fmt: skip


def _dataset(base: str, of: DataSet) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@id": f"{base}/v1/catalogue#{quote(of.id)}", "@type": "dcat:Dataset",
        "dct:identifier": of.id, "dct:title": _said(of.title), "dct:description": _said(_about(of)),
        "dct:publisher": _agent(base, of.department, Text(of.department or "the city", of.department or "全市")),
        "dct:accessRights": {"@id": RIGHTS, "@type": "dct:RightsStatement"},
        "dcat:keyword": [word for word in (of.system, of.quantity, of.kind) if word],
        "dcat:distribution": _distribution(base, of),
        "dqv:hasQualityMeasurement": [_score(base, name, value) for name, value in _scores(of).items()],
    }  # fmt: skip
    if of.newest is not None:
        found["dct:modified"] = {"@type": "xsd:dateTime", "@value": of.newest.isoformat()}
    if of.bounds is not None:
        found["dct:spatial"] = {"@type": "dct:Location", "dcat:bbox": _box(of.bounds)}
    return found


def _about(of: DataSet) -> Text:
    unit = f" in {of.unit}" if of.unit else ""
    gone = Text(f", {of.retired} more out of service", f"，另有 {of.retired} 个已停用") if of.retired else Text("", "")
    return Text(
        f"{of.series} series of {of.quantity}{unit}{gone.en}",
        f"{of.quantity} 的 {of.series} 个序列（{of.unit or '无量纲'}）{gone.zh}",
    )


def _distribution(base: str, of: DataSet) -> dict[str, Any]:
    url = f"{base}/v1/latest?{urlencode({'kind': of.kind, 'quantity': of.quantity})}"
    return {
        "@id": url, "@type": "dcat:Distribution", "dcat:accessURL": {"@id": url, "@type": "rdfs:Resource"},
        "dcat:mediaType": {"@id": JSON_TYPE, "@type": "dct:MediaType"},
    } | {"@context": {"rdfs": "http://www.w3.org/2000/01/rdf-schema#"}}  # fmt: skip


def _agent(base: str, department: str, name: Text) -> dict[str, Any]:
    return {
        "@id": f"{base}/v1/catalogue#department-{quote(department)}",
        "@type": "foaf:Agent",
        "foaf:name": _said(name),
    }


def _scores(of: DataSet) -> Mapping[str, float]:
    scores = {"freshness_seconds": of.fresh_seconds, "completeness": of.complete, "plausibility": of.plausible}
    return {name: value for name, value in scores.items() if value is not None}


def _score(base: str, name: str, value: float) -> dict[str, Any]:
    return {
        "@type": "dqv:QualityMeasurement",
        "dqv:isMeasurementOf": {"@id": f"{base}/v1/catalogue#metric-{name}", "@type": "dqv:Metric"},
        "dqv:value": {"@type": "xsd:double", "@value": value},
    }


def _box(bounds: tuple[float, float, float, float]) -> dict[str, str]:
    west, south, east, north = bounds
    ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
    return {"@type": "geo:wktLiteral", "@value": f"POLYGON(({ring}))"}


def _said(text: Text) -> list[dict[str, str]]:
    return [{"@language": "en", "@value": text.en}, {"@language": "zh", "@value": text.zh}]
