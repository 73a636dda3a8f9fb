# The graph cuts against exact minima and the overlaps of another program.
if [ ! -f "$SEGKIT_SHARED/golden/graphcut/cases.json" ]; then
  echo "1..0 # SKIP no $SEGKIT_SHARED/golden/graphcut: set SEGKIT_SHARED"
  exit 0
fi
echo 1..1
out=$("$builddir/tests/golden/graphcut") && ok=ok || ok='not ok'
printf '%s\n' "$out" | sed 's/^/# /'
echo "$ok 1 - the reference cuts"
