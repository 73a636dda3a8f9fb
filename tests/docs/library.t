# SPDX-License-Identifier: LGPL-2.1-or-later
# The pages of the library say what its headers say: each function is declared on one, as it is in
# the header, each service is listed, and the examples run.
. "$srcdir/tests/support/tap.sh"
names() { sed -n 's/^SEG_API .*\**\(seg_[a-z_]*\)(.*/\1/p' "$srcdir"/include/segkit/*.h; }
check "there are functions" test "$(names | wc -l)" -ge 40
for name in $(names); do
    check "$name has a page" grep -qx "\.Nm $name\( ,\)*" "$srcdir"/man/seg_*.3
done
members() { # STRUCT HEADER
    awk -v begin="struct $1 {" '$0 == begin { on = 1 } /^}/ { on = 0 } on' "$srcdir/include/segkit/$2" |
        sed -n 's/^    [a-z].*(\*\([a-z_]*\))(.*/\1/p'
}
listed() { # STRUCT HEADER PAGE
    for member in $(members "$1" "$2"); do
        check "$1.$member is on its page" grep -q "^\.It Fn $member " "$srcdir/man/$3"
    done
    check "$1 has members" test -n "$(members "$1" "$2")"
}
listed seg_host plugin.h seg_host.3
listed seg_regions_api regions.h seg_regions.3
listed seg_model_api model.h seg_model.3
listed seg_probe_api model.h seg_model.3

cc="${CC:-cc} -I$srcdir/include -Wall -Werror -Wno-unused-parameter"
# a declaration on a page that differs from the header's does not compile beside it
if command -v mandoc >/dev/null; then
    {
        echo '#include <segkit/segkit.h>'
        for page in "$srcdir"/man/seg_*.3; do
            mandoc -T ascii "$page" | sed 's/.\x08//g' |
                awk '/^[A-Z]/ { on = /^SYNOPSIS/; next } on && !/#include|struct seg_.*_api|host->|struct seg_host/'
        done
    } >"$tmp/declared.c"
    check "declarations were found" test "$(grep -c 'seg_[a-z_]*(' "$tmp/declared.c")" -ge 40
    check "they are those of the headers" $cc -fsyntax-only "$tmp/declared.c"
else skip "declarations" "no mandoc"; fi

pages="seg_context seg_layer seg_layer_load seg_pipeline seg_plan seg_plan_run seg_stage_find"
{
    printf '#include <segkit/segkit.h>\n#include <stdio.h>\n'
    for page in $pages; do
        echo "static void example_$page(seg_context *context, seg_layer *layer, seg_plan *plan)"
        echo '{ struct seg_error err = {0}; (void)context, (void)layer, (void)plan, (void)err; {'
        awk '/^\.Sh EXAMPLES/ { sh = 1 } /^\.Bd -literal/ { on = sh; next } /^\.Ed/ { sh = on = 0 } on' \
            "$srcdir/man/$page.3" | sed 's/\\e/\\/g; s/\\-/-/g'
        echo '} }'
    done
    cat <<'C'
int main(void)
{
    static const char *const words[] = {"filter.gaussian", "!", "threshold.otsu"};
    struct seg_faults faults = {0};
    struct seg_error err = {0};
    struct seg_input input = {sizeof input, "input", {sizeof input.shape}, 0, NULL};
    seg_context *context;
    seg_pipeline *pipeline;
    seg_plan *plan;
    if (seg_context_new(NULL, &context, &err) ||
        seg_layer_load(context, "image.png", 0, (enum seg_kind)0, &input.layer, &err))
        return puts(err.text), 1;
    seg_layer_shape(input.layer, &input.shape);
    if (seg_pipeline_parse_words(context, 3, words, &pipeline, &faults) ||
        seg_pipeline_check(pipeline, &input, 1, NULL, &plan, &faults))
        return puts(faults.list[0].error.text), 1;
C
    for page in $pages; do echo "    puts(\"$page:\"); example_$page(context, input.layer, plan);"; done
    cat <<'C'
    seg_layer_unref(input.layer);
    seg_pipeline_free(pipeline);
    seg_plan_free(plan);
    seg_context_free(context);
}
C
} >"$tmp/examples.c"
check "the examples compile" $cc -c "$tmp/examples.c" -o "$tmp/examples.o"
cp "$srcdir/tests/cases/images/gray.pgm" "$tmp/image.png"
cp "$srcdir/tests/cases/images/gray.pgm" "$tmp/labels.png"
cd "$tmp" || exit 99
if grep -q -e '-fsanitize' "$builddir/Makefile"; then
    skip "the examples run" "the library wants a sanitizer's run-time in them"
else
    check "the examples are linked" $cc examples.o "$builddir/.libs/libsegkit.so" -o examples
    check "the examples run" env LD_LIBRARY_PATH="$builddir/.libs" ./examples
    cp "$tmp/out" said
    for line in '^21$' '^filter.gaussian sigma=1' '^threshold=[0-9]' '^window: '; do
        check "they print $line" grep -q "$line" said
    done
    check "polygons were written" grep -q FeatureCollection labels.geojson
    check "a mask was written" test -s mask.png
    check "nothing failed" test ! -s "$tmp/err"
fi
done_testing
