#!/bin/sh
# Bundles the app framework SDK and copies axe-core into build/, which is not kept in git.
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --ignore-scripts --no-audit --no-fund
mkdir -p build
npx --no-install esbuild node_modules/zendesk_app_framework_sdk/lib/index.js --bundle --format=iife \
    --global-name=ZAFClient --minify --log-level=warning --outfile=build/zaf_test_sdk.js
cp node_modules/axe-core/axe.min.js build/axe.min.js
