# Objects of mirrored images.
if [ ! -d "$SEGKIT_SHARED/models/yolov8n-seg" ]; then
  echo "1..0 # SKIP no $SEGKIT_SHARED/models/yolov8n-seg: set SEGKIT_SHARED"
  exit 0
fi
echo 1..1
out=$("$builddir/tests/golden/flips") && ok=ok || ok='not ok'
printf '%s\n' "$out" | sed 's/^/# /'
echo "$ok 1 - objects of mirrored images"
