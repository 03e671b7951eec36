#!/usr/bin/env bash
# Fetch the pinned front-end modules from the npm registry into static/vendor, each with its
# licence. Their bare imports become relative ones: an import map would have to be inline, which
# the page's CSP forbids.
set -euo pipefail
cd "$(dirname "$0")/.."
target=static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # NAME VERSION FILE-IN-PACKAGE LOCAL-NAME
  local folder="$work/$4"
  mkdir -p "$folder"
  (cd "$folder" && tar xzf "$(npm pack --silent "$1@$2" 2>/dev/null)")
  sed -e 's#from *"preact/hooks"#from"./preact-hooks.js"#g' \
      -e 's#from *"preact"#from"./preact.js"#g' \
      -e 's#from *"@preact/signals-core"#from"./signals-core.js"#g' \
      -e '/^\/\/# sourceMappingURL/d' "$folder/package/$3" > "$target/$4.js"
  cp "$folder"/package/LICENSE* "$target/$4.LICENSE"
  echo "$4.js $1 $2 $3" >> "$target/VERSIONS"
}

# Those in use, one file for all: <use href="vendor/lucide.svg#NAME">. A name more is a word more here.
ICONS="
  activity arrow-left-right bell calendar check chevron-down chevron-right circle circle-check circle-help
  circle-slash circle-x clock copy download ellipsis flask-conical key-round languages layout-dashboard link
  log-out message-circle moon pause play qr-code rotate-ccw russian-ruble search send settings shield-check
  stethoscope sun ticket triangle-alert user-plus users wallet webhook x zap
"

sprite() { # VERSION
  local folder="$work/lucide" name
  mkdir -p "$folder"
  (cd "$folder" && tar xzf "$(npm pack --silent "lucide-static@$1" 2>/dev/null)")
  {
    echo '<svg xmlns="http://www.w3.org/2000/svg">'
    for name in $ICONS; do
      tr -d '\n' < "$folder/package/icons/$name.svg" \
        | sed -E "s#.*<svg[^>]*>(.*)</svg>.*#<symbol id=\"$name\" viewBox=\"0 0 24 24\">\1</symbol>#; s/> +</></g"
      echo
    done
    echo '</svg>'
  } > "$target/lucide.svg"
  cp "$folder/package/LICENSE" "$target/lucide.LICENSE"
  echo "lucide.svg lucide-static $1 icons" >> "$target/VERSIONS"
}

find "$target" -type f ! -name "*.d.ts" -delete # types are written here, by hand
fetch preact 11.2.0 dist/preact.mjs preact
fetch preact 11.2.0 hooks/dist/hooks.mjs preact-hooks
fetch htm 3.1.1 dist/htm.mjs htm
fetch @preact/signals-core 1.14.5 dist/signals-core.mjs signals-core
fetch @preact/signals 2.11.4 dist/signals.mjs signals
fetch rapidoc 9.3.8 dist/rapidoc-min.js rapidoc
fetch uplot 1.6.32 dist/uPlot.iife.min.js uplot # its module is not minified: three times as much
echo 'export default uPlot;' >> "$target/uplot.js"
printf '@layer vendor {\n%s\n}\n' "$(cat "$work/uplot/package/dist/uPlot.min.css")" > "$target/uplot.css"
fetch lean-qr 2.7.4 index.mjs lean-qr
sprite 1.23.0
