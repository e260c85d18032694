"""Which part of a workbook a relationship names, and the attributes of a tag that stands by itself."""

import re

RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")


def targets_of(relations: bytes) -> dict[str, str]:
    """Relation -> the part that it names."""
    told = [attributes_of(tag) for tag in RELATION.findall(relations)]
    return {said.get("Id", ""): _part(said.get("Target", "")) for said in told}


def attributes_of(tag: bytes) -> dict[str, str]:
    """The attributes of a tag, by their names without namespaces."""
    return dict(re.findall(r"""\b(\w+)\s*=\s*["']([^"']*)["']""", tag.decode("utf-8", "replace")))


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else target if target.startswith("xl/") else f"xl/{target}"
