# Superpixels against the measures of those that the field's own tools make.
if [ ! -f "$SEGKIT_SHARED/golden/classical/cases.json" ]; then
  echo "1..0 # SKIP no $SEGKIT_SHARED/golden/classical: set SEGKIT_SHARED"
  exit 0
fi
echo 1..1
out=$("$builddir/tests/golden/quality") && ok=ok || ok='not ok'
printf '%s\n' "$out" | sed 's/^/# /'
echo "$ok 1 - the quality of superpixels"
