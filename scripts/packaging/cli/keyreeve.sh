#!/bin/sh
# The packaged command line, on the Node that came with it. What is to be run first is held against
# what was packaged: an update that stopped half-way or a changed file must not meet a key.
set -u

self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self") || exit 70
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
root=$(CDPATH='' cd "$(dirname "$self")/.." && pwd -P) || exit 70

same() {
  sum=$(PATH=/usr/bin:/bin sha512sum <"$1" 2>/dev/null) && [ "$sum" = "$2  -" ] && return
  echo "keyreeve: $1 is not the file that was packaged, so nothing was started." >&2
  echo 'Install the package again. If that does not help, find out who changed it.' >&2
  exit 70
}
same "$root/runtime/node" @node@
same "$root/app/start.mjs" @start@

# A crash must not write keys to disk: no core file, and, where the system pipes every dump to a
# program of its own whatever the limit says, a dump that holds no memory (core(5)).
ulimit -c 0 2>/dev/null || :
{ echo 0 >/proc/self/coredump_filter; } 2>/dev/null || :

# Code, certificates or proxies slipped in through the environment are not for a process that holds
# keys.
unset NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_USE_ENV_PROXY \
  NODE_USE_SYSTEM_CA SSL_CERT_FILE SSL_CERT_DIR

# Without the first flag a signal would open Node's debugger on a port of this computer; the second
# keeps the memory of a daemon small (see childFlags).
exec "$root/runtime/node" --disable-sigusr1 --max-semi-space-size=8 "$root/app/start.mjs" "$@"
