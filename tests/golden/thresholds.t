# The thresholds against the values of the field's own tools.
if [ ! -f "$SEGKIT_SHARED/golden/thresholds/cases.json" ]; then
  echo "1..0 # SKIP no $SEGKIT_SHARED/golden/thresholds: set SEGKIT_SHARED"
  exit 0
fi
echo 1..1
out=$("$builddir/tests/golden/thresholds") && ok=ok || ok='not ok'
printf '%s\n' "$out" | sed 's/^/# /'
echo "$ok 1 - the reference thresholds"
