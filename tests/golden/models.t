# Pretrained models against what the same networks give elsewhere.
if [ ! -d "$SEGKIT_SHARED/models" ]; then
  echo "1..0 # SKIP no $SEGKIT_SHARED/models: set SEGKIT_SHARED"
  exit 0
fi
echo 1..1
out=$("$builddir/tests/golden/models") && ok=ok || ok='not ok'
printf '%s\n' "$out" | sed 's/^/# /'
echo "$ok 1 - pretrained models"
