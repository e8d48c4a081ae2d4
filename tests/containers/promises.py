"""What docs/containers.md promises, each as a question to a compose file: who breaks it?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.containers.images import mounted, unless_given

Document = dict[str, Any]
Service = dict[str, Any]

NEEDS_NOTHING = {"cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"], "read_only": True}
UNIX_SOCKETS = ("docker.sock", "podman.sock", "containerd.sock")


@dataclass(frozen=True)
class Promise:
    """A sentence of the documentation, and those who break it in a compose file."""

    sentence: str
    broken_by: Callable[[Document], Iterator[str]]
    production_only: bool = False


def _services(document: Document) -> Iterator[tuple[str, Service]]:
    yield from document["services"].items()


def _published_wider(document: Document) -> Iterator[str]:
    for name, service in _services(document):
        for port in service.get("ports", ()):
            if not str(port).startswith("127.0.0.1:"):
                yield f"{name} publishes {port}"


def _page_not_published(document: Document) -> Iterator[str]:
    if not document["services"]["frontend"].get("ports"):
        yield "frontend publishes nothing"


def _more_published(document: Document) -> Iterator[str]:
    for name, service in _services(document):
        if name != "frontend" and (service.get("ports") or service.get("expose")):
            yield f"{name} publishes {service.get('ports')}"


def _of_the_host(document: Document) -> Iterator[str]:
    for name, service in _services(document):
        for key in ("network_mode", "pid", "ipc", "userns_mode", "uts"):
            if service.get(key):
                yield f"{name}: {key}: {service[key]}"
        if service.get("privileged") or service.get("cap_add") or service.get("devices"):
            yield f"{name} is given what belongs to the machine"
        for volume in service.get("volumes", ()):
            if any(socket in str(volume) for socket in UNIX_SOCKETS):
                yield f"{name} may command the engine through {volume}"


def _not_hardened(document: Document) -> Iterator[str]:
    for name, service in _services(document):
        for key, value in NEEDS_NOTHING.items():
            if service.get(key) != value:
                yield f"{name}: {key} is {service.get(key)}"


def _no_limits(document: Document) -> Iterator[str]:
    for name, service in _services(document):
        if not service.get("mem_limit"):
            yield f"{name}: memory"
        options = service.get("logging", {}).get("options", {})
        if not {"max-size", "max-file"} <= set(options):
            yield f"{name}: log"


def _together_with_the_database(document: Document) -> Iterator[str]:
    services = document["services"]
    shared = set(services["frontend"].get("networks", ("default",))) & set(
        services["database"].get("networks", ("default",))
    )
    if shared:
        yield f"frontend and database share {sorted(shared)}"
    for network in services["database"].get("networks", ("default",)):
        if not ((document.get("networks") or {}).get(network) or {}).get("internal"):
            yield f"the database's network {network} leads outside"


def _health_untold(document: Document) -> Iterator[str]:
    for name, service in _services(document):
        if not service.get("healthcheck", {}).get("test"):
            yield f"{name} has no health check"
    if "probe.py" not in str(document["services"]["backend"].get("healthcheck")):
        yield "backend is healthy before it can work"


def _database_healthy_too_early(document: Document) -> Iterator[str]:
    if "--host=127.0.0.1" not in document["services"]["database"]["healthcheck"]["test"]:
        yield "the server that makes the database counts as the database"


def _not_restarted(document: Document) -> Iterator[str]:
    for name, service in _services(document):
        if service.get("restart") != "unless-stopped":
            yield f"{name}: restart: {service.get('restart')}"


def _single(document: Document) -> Iterator[str]:
    deploy = document["services"]["backend"].get("deploy", {})
    if int(unless_given(deploy.get("replicas", 1))) < 2 or deploy.get("mode") != "replicated":
        yield "one backend: nobody takes over"


def _forgotten(document: Document) -> Iterator[str]:
    named = set(document.get("volumes") or ())
    for name, folder in (("backend", "/app/data"), ("database", "/var/lib/postgresql/data")):
        mounts = map(mounted, document["services"][name].get("volumes", ()))
        if not any(source in named and target == folder for source, target in mounts):
            yield f"{name}: {folder} goes with the container"


PROMISES = {
    "loopback": Promise(
        "Every published port is this machine's alone (127.0.0.1).", _published_wider
    ),
    "page": Promise("The page is published.", _page_not_published),
    "only the page": Promise(
        "Nothing but the page is published: no backend, no database.",
        _more_published,
        production_only=True,
    ),
    "nothing of the host": Promise(
        "No container has the host's network, its processes, its devices or its engine.",
        _of_the_host,
    ),
    "hardened": Promise(
        "Every container runs without capabilities, without new privileges and with a read-only "
        "root.",
        _not_hardened,
    ),
    "limits": Promise("Every container has a limit for its memory and for its log.", _no_limits),
    "two networks": Promise(
        "The page cannot reach the database, and the database reaches nothing outside.",
        _together_with_the_database,
        production_only=True,
    ),
    "health": Promise(
        "Every service has a health check, and a backend is healthy once it can download.",
        _health_untold,
    ),
    "database": Promise(
        "The database is healthy once it takes connections, not while it is made.",
        _database_healthy_too_early,
        production_only=True,
    ),
    "restart": Promise("What ends is started again by the engine.", _not_restarted),
    "two backends": Promise(
        "Two backends share the queue: one takes over from the other.",
        _single,
        production_only=True,
    ),
    "kept": Promise(
        "Downloads and database outlive their containers.", _forgotten, production_only=True
    ),
}
