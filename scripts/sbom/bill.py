"""The bill of materials: CycloneDX 1.6, checked against its schema before anybody gets it."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from scripts.sbom.packages import PYTHON, Package

_ALGORITHMS = {
    "sha256": HashAlgorithm.SHA_256,
    "sha384": HashAlgorithm.SHA_384,
    "sha512": HashAlgorithm.SHA_512,
}


def bill(name: str, version: str, packages: Iterable[Package]) -> str:
    """Return it as JSON; raises `ValueError` where it is not what the schema wants."""
    bom = Bom()
    app = Component(name=name, version=version, type=ComponentType.APPLICATION, bom_ref=name)
    bom.metadata.component = app
    components = [_component(package) for package in packages]
    bom.components.update(components)
    bom.register_dependency(app, components)
    text: str = JsonV1Dot6(bom).output_as_string(indent=1)
    if (error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)) is not None:
        raise ValueError(str(error))
    return text + "\n"


def _component(package: Package) -> Component:
    namespace, _, name = package.name.rpartition("/")
    kind = "pypi" if package.place == PYTHON else "npm"
    purl = PackageURL(kind, namespace or None, name, package.version)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=quote(str(purl), safe=":/@%"),
        purl=purl,
        licenses=[LicenseFactory().make_from_string(package.licence)],
        hashes=[HashType(alg=_ALGORITHMS[name], content=digest) for name, digest in package.hashes],
    )
