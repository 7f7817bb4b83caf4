"""Makes docs/sbom.json: all that a server contains besides Ryadom, as CycloneDX, from both locks.

    python scripts/sbom.py

Python's packages are those of requirements.lock; the browser client's are built into it, and come from
web/package-lock.json. The same locks make the same file.
"""

import base64
import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from ryadom import __version__

ROOT = Path(__file__).resolve().parent.parent
SBOM = ROOT / "docs" / "sbom.json"
ALGORITHMS = {"sha512": HashAlgorithm.SHA_512, "sha256": HashAlgorithm.SHA_256, "sha1": HashAlgorithm.SHA_1}
_PINNED = re.compile(r"^(?P<name>[\w.-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;]+)", re.MULTILINE)


def from_python() -> Iterator[Component]:
    """What `pip install` brings."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for found in _PINNED.finditer(lock):
        yield _component("pypi", found["name"], found["version"], [])


def from_npm() -> Iterator[Component]:
    """What the browser client is made of; what only builds or tests it is not in it."""
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for path, package in packages.items():
        if path and not package.get("dev") and not package.get("optional"):
            name = path.rpartition("node_modules/")[2]
            algorithm, _, digest = package.get("integrity", "").partition("-")
            content = base64.b64decode(digest).hex()
            hashes = [HashType(alg=ALGORITHMS[algorithm], content=content)] if content else []
            yield _component("npm", name, package["version"], hashes)


def _component(kind: str, name: str, version: str, hashes: list[HashType]) -> Component:
    space, _, plain = name.rpartition("/")
    url = PackageURL(kind, space or None, plain, version)
    return Component(type=ComponentType.LIBRARY, name=name, version=version, purl=url, bom_ref=str(url), hashes=hashes)


def document() -> str:
    """The document, always the same for the same locks."""
    bom = Bom(components=[*from_python(), *from_npm()])
    bom.metadata.component = Component(
        type=ComponentType.APPLICATION, name="ryadom", version=__version__, bom_ref="ryadom"
    )
    bom.register_dependency(bom.metadata.component, bom.components)
    bom.metadata.timestamp = datetime(1970, 1, 1, tzinfo=UTC)
    names = " ".join(sorted(str(one.purl) for one in bom.components))
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, names)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


if __name__ == "__main__":
    SBOM.write_text(document(), encoding="utf-8")
