#!/bin/sh
# Gets what the tests need besides Python: Chromium, PostgreSQL, Node.js. As root on a Debian-like machine it
# installs Debian's packages; elsewhere Playwright brings its own Chromium, and the rest must be there.
set -eu
python=$1
missing=""
command -v chromium >/dev/null || missing="$missing chromium fonts-dejavu-core fonts-liberation"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v npm >/dev/null || missing="$missing nodejs npm"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
  exit 0
fi
case "$missing" in *chromium*) "$python" -m playwright install chromium ;; esac
case "$missing" in
  *postgresql*|*nodejs*)
    echo "Please install these packages first, as root:$missing" >&2
    exit 1 ;;
esac
