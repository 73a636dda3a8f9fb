# SPDX-License-Identifier: LGPL-2.1-or-later
# Plugins that are good, bad and not there, as a user meets them.
. "$srcdir/tests/support/tap.sh"
image=$srcdir/tests/cases/images/gray.pgm
bad=$builddir/tests/plugins/.libs

check "plugin list" "$SEGKIT" plugin list
check "doctor finds nothing wrong" env HOME="$tmp" "$SEGKIT" plugin doctor
says "stages lists what is there" 0 '^threshold.otsu ' "$SEGKIT" stages
check "stages --json" "$SEGKIT" stages --json
gives "misspelt stage" 2 "segkit: no stage 'threshold.oztu'; did you mean 'threshold.otsu'?" \
    "$SEGKIT" stages threshold.oztu
gives "half a name" 2 "segkit: no stage 'otsu'; did you mean 'threshold.otsu'?" "$SEGKIT" stages otsu
says "a plugin of a newer ABI" 6 \
    "^segkit: word 1 'newmajor.one': '$bad/newmajor.so': needs plugin ABI 2.0, this segkit has 1.0; install a newer segkit" \
    "$SEGKIT" run "$image" -o "$tmp/x.png" --plugin "$bad/newmajor.so" -- newmajor.one
says "a plugin of a newer ABI is listed as refused" 6 \
    "plugin refused: '$bad/newmajor.so': needs plugin ABI 2.0, this segkit has 1.0" \
    env SEGKIT_PLUGIN_PATH="$bad" "$SEGKIT" plugin list
SEGKIT_PLUGIN_PATH=$bad "$SEGKIT" plugin doctor >"$tmp/doctor" 2>&1
check "doctor exits with 1 when something is wrong" test $? -eq 1
for name in newmajor newminor noentry null misnamed short elements; do
    check "doctor explains $name" grep -q "^refused '$bad/$name.so': " "$tmp/doctor"
done
check "doctor names a bad stage in a good plugin" grep -q "badstage.two.*no process function" "$tmp/doctor"
check "doctor gives the linker's own words" \
    grep -q "^refused '$bad/undefined.so': cannot be opened: .*undefined symbol: nobody_has_this" "$tmp/doctor"

mkdir "$tmp/first" "$tmp/second" "$tmp/open"
cp "$bad/good.so" "$tmp/first"; cp "$bad/good.so" "$tmp/second"; cp "$bad/good.so" "$tmp/open"
chmod go-w "$tmp/first" "$tmp/second"; chmod 777 "$tmp/open"
places=$tmp/first:$tmp/second:$tmp/open:relative:$tmp/nowhere
SEGKIT_PLUGIN_PATH=$places HOME=$tmp "$SEGKIT" plugin doctor >"$tmp/doctor" 2>&1
check "doctor names every folder" test "$(grep -c '^folder ' "$tmp/doctor")" -ge 6
for line in "folder $tmp/first: looked at" "folder $tmp/nowhere: not there" \
    "folder $tmp/open: left out: '$tmp/open': others may write to it; chmod go-w it" \
    "folder relative: left out: 'relative': not an absolute path" \
    "folder $tmp/.local/share/segkit/plugins-1: not there" \
    "  not used: $tmp/first/good.so has the same name and comes first"; do
    check "doctor says: $(echo "$line" | sed "s|$tmp|TMP|g")" grep -qxF "$line" "$tmp/doctor"
done
chmod 666 "$tmp/first/good.so"
says "doctor says of a file that others may write to it" 1 \
    "^refused '$tmp/first/good.so': others may write to it; chmod go-w it" \
    env SEGKIT_PLUGIN_PATH="$tmp/first" "$SEGKIT" plugin doctor

gives "a file that is no plugin" 6 \
    "segkit: warning: plugin refused: '$image': cannot be opened: $image: invalid ELF header" \
    "$SEGKIT" plugin list --plugin "$image"
gives "a plugin that is not there" 6 \
    "segkit: warning: plugin refused: './gone.so': No such file or directory" \
    "$SEGKIT" plugin list --plugin gone.so
done_testing
