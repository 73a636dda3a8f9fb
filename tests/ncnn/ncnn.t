# Networks of one or a few layers against what ncnn gives, with one worker and with two.
if [ ! -d "$SEGKIT_SHARED/ncnn/cases" ]; then
  echo "1..0 # SKIP no $SEGKIT_SHARED/ncnn: set SEGKIT_SHARED"
  exit 0
fi
echo 1..2
n=0
for workers in 1 2; do
  n=$((n + 1))
  out=$("$builddir/tests/ncnn/ncnn" "-$workers" "$SEGKIT_SHARED/ncnn/cases") && ok=ok || ok='not ok'
  printf '%s\n' "$out" | sed 's/^/# /'
  echo "$ok $n - conformance, $workers workers"
done
