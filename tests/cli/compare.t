# segkit compare: the report's files, the cache, failures, and the page in a browser where there is one.
. "$srcdir/tests/support/tap.sh"

has() {
    if grep -q "$2" "$3"; then ok "$1"; else not_ok "$1" "no line like $2" "$(head -c 2000 "$3")"; fi
}
mkdir "$tmp/images" "$tmp/truth"
# Two squares on a dark ground, a little apart from their truth.
square() {
    awk -v at="$1" -v on="$2" 'BEGIN { print "P2\n24 16\n255"
        for (y = 0; y < 16; y++) for (x = 0; x < 24; x++)
            print (x >= at && x < at + 6 && y > 3 && y < 10 ? on : (x > 16 && x < 22 && y > 3 && y < 9 ? (on > 1 ? on : 2) : 0)) }'
}
for i in 1 2 3; do
    square $((i + 2)) 200 >"$tmp/images/im$i.pgm"
    square 4 1 >"$tmp/truth/im$i.mask.pgm"
done
printf 'segkit: 1\nstages:\n  - threshold.otsu\n  - mask.components\n' >"$tmp/otsu.yaml"
printf 'segkit: 1\nstages:\n  - threshold.fixed: { value: 250 }\n  - mask.components\n' >"$tmp/none.yaml"
printf 'segkit: 1\nstages:\n  - threshold.fxed: { value: 250 }\n' >"$tmp/bad.yaml"

check "compares" "$SEGKIT" compare -i "$tmp/images" -t "$tmp/truth" -o "$tmp/report" "$tmp/otsu.yaml" "$tmp/none.yaml"
has "the better one is first" "^ *1 otsu" "$tmp/out"
has "a row an image and method" "^im2,otsu,," "$tmp/report/results.csv"
has "JSON" '"rank_by": "ap50"' "$tmp/report/results.json"
has "nothing came from the cache" '"cached": false' "$tmp/report/results.json"
check "again" "$SEGKIT" compare -q -i "$tmp/images" -t "$tmp/truth" -o "$tmp/report" "$tmp/otsu.yaml" "$tmp/none.yaml"
has "all came from the cache" '"cached": true' "$tmp/report/results.json"
if grep -q '"cached": false' "$tmp/report/results.json"; then not_ok "nothing ran again"; else ok "nothing ran again"; fi
rm "$(ls "$tmp"/report/cache/*.tif | head -1)"
check "goes on where something is missing" "$SEGKIT" compare -q -i "$tmp/images" -t "$tmp/truth" -o "$tmp/report" "$tmp/otsu.yaml" "$tmp/none.yaml"
# a stage that takes far more than starting a process for it does, whichever process counts it
awk 'BEGIN { print "P2\n640 640\n255"; for (i = 0; i < 409600; i++) print i * 7919 % 251 }' >"$tmp/noise.pgm"
mkdir "$tmp/noise" && mv "$tmp/noise.pgm" "$tmp/noise"
printf 'segkit: 1\nstages:\n  - filter.nlmeans\n  - threshold.otsu\n' >"$tmp/slow.yaml"
check "a dear stage" env SEGKIT_ISOLATE=always "$SEGKIT" compare -q -i "$tmp/noise" -o "$tmp/dear" "$tmp/slow.yaml" "$tmp/otsu.yaml"
check "processor time of other processes counts" awk -F, '$2 == "slow" { found = $5 > 0.05 } END { exit !found }' \
    "$tmp/dear/results.csv"
check "without truth" "$SEGKIT" compare -i "$tmp/images" -o "$tmp/consensus" "$tmp/otsu.yaml" "$tmp/none.yaml"
has "says so" "against the consensus" "$tmp/out"
has "agreement" '"agreement"' "$tmp/consensus/results.json"
gives "no pipeline" 2 "segkit: give one pipeline or more" "$SEGKIT" compare -i "$tmp/images" -o "$tmp/r"
gives "a measure that cannot rank" 2 "segkit: option '--rank': 'hd95' cannot rank labels" \
    "$SEGKIT" compare -i "$tmp/images" -t "$tmp/truth" -o "$tmp/r" --rank hd95 "$tmp/otsu.yaml"
mkdir "$tmp/empty"
gives "no images" 4 "segkit: folder '$tmp/empty': no images in it" \
    "$SEGKIT" compare -i "$tmp/empty" -o "$tmp/r" "$tmp/otsu.yaml"
check "a method that fails is a method that failed" sh -c \
    "'$SEGKIT' compare -i '$tmp/images' -t '$tmp/truth' -o '$tmp/r' '$tmp/otsu.yaml' '$tmp/bad.yaml'; test \$? = 7"

if grep -E -q '(src|href)="(http|//|file)|url\((http|//)|@import|fetch\(|XMLHttp' "$tmp/report/index.html"; then
    not_ok "the page asks for nothing"
else ok "the page asks for nothing"; fi
chromium=$(command -v chromium || command -v chromium-browser || :)
if [ -z "$chromium" ]; then
    skip "the page in a browser" "no chromium"
    done_testing
    exit
fi
# The page, used as a reader would, writes what it sees into its own title.
cat >"$tmp/use.js" <<'JS'
<script>
const seen = [];
const click = text => [...document.querySelectorAll("#ranking thead button")].find(b => b.textContent === text).click();
click("Method");
seen.push(document.querySelector("#ranking tbody th").textContent);
click("Method");
seen.push(document.querySelector("#ranking tbody th").textContent);
document.getElementById("wipe").value = 20;
document.getElementById("wipe").dispatchEvent(new Event("input"));
seen.push(document.querySelector("#stage .bar").style.left);
document.getElementById("filter").value = "im3";
document.getElementById("filter").dispatchEvent(new Event("input"));
seen.push(document.getElementById("shown").textContent);
document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "j", bubbles: true}));
seen.push(document.getElementById("iname").textContent.slice(0, 3));
seen.push(document.documentElement.scrollWidth <= innerWidth ? "fits" : "too wide");
seen.push(performance.getEntriesByType("resource").filter(e => !e.name.startsWith("data:")).length + " requests");
document.title = seen.join("|");
</script>
JS
cat "$tmp/report/index.html" "$tmp/use.js" >"$tmp/used.html"
for width in 400 1400; do
    "$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" --window-size=$width,900 \
        --virtual-time-budget=5000 --dump-dom "file://$tmp/used.html" >"$tmp/dom" 2>"$tmp/err"
    title=$(sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p' "$tmp/dom" | head -1)
    want='none|otsu|20%|1 of 3|im3|fits|0 requests'
    if [ "$title" = "$want" ]; then ok "the page at $width px"
    else not_ok "the page at $width px" "got:  $title" "want: $want"; fi
done
done_testing
