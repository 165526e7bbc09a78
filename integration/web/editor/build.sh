#!/bin/sh
# Bundles the editor into ../static/vendor/editor.js, which is kept in git so that nobody needs npm to run
# Makegood, and gathers the licences of what is in it.
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --ignore-scripts --no-audit --no-fund
target=${1:-../static/vendor}
mkdir -p "$target"
npx --no-install esbuild editor.js --bundle --format=iife --minify --legal-comments=none --target=es2022 \
    --log-level=warning --outfile="$target/editor.js"
{
    echo "editor.js is Makegood's own integration/web/editor/editor.js bundled with these packages."
    for package in node_modules/@codemirror/* node_modules/@lezer/* node_modules/@marijn/* \
        node_modules/crelt node_modules/style-mod node_modules/w3c-keyname; do
        printf '\n---- %s\n\n' "${package#node_modules/}"
        cat "$package/LICENSE"*
    done
} > "$target/editor.LICENSE.txt"
