#!/bin/sh
# Of the name servers in /etc/resolv.conf the engine's own is the first, and only it knows the
# containers. nginx would ask all of them in turn (podman lists those of the host too).
set -eu
NGINX_LOCAL_RESOLVERS=$(sed -n 's/^nameserver[[:space:]]*//p' /etc/resolv.conf | sed '1q' | sed '/:/s/.*/[&]/')
export NGINX_LOCAL_RESOLVERS
exec /docker-entrypoint.sh "$@"
