# SPDX-License-Identifier: LGPL-2.1-or-later
# What `plugin new` writes builds and passes its tests with each build system and compiler that is
# here, against headers that pkg-config finds.
. "$srcdir/tests/support/tap.sh"
mkdir "$tmp/pc" "$tmp/work"
sed -e "s|@includedir@|$srcdir/include|; s|@bindir@/segkit|$SEGKIT|; s|@PACKAGE_VERSION@|0.1|" \
    -e "s|@[a-z_]*@|$tmp/none|" "$srcdir/core/build/segkit.pc.in" >"$tmp/pc/segkit.pc"
export PKG_CONFIG_PATH="$tmp/pc" ACLOCAL_PATH="$srcdir/core/build/m4" HOME="$tmp/home"
unset CFLAGS LDFLAGS MAKEFLAGS MFLAGS
cd "$tmp/work" || exit 99

check "a folder with two stages" "$SEGKIT" plugin new --stage one --stage two mine
gives "a folder that exists stays" 4 "segkit: folder 'mine': cannot be made: File exists" \
    "$SEGKIT" plugin new mine
gives "a name that no family may have" 2 \
    "segkit: name 'my-plugin': it is of a-z, 0-9 and _, and begins with a letter" \
    "$SEGKIT" plugin new my-plugin
gives "an unknown build system" 2 \
    "segkit: --build: scons is not one of make, autotools, meson, cmake" \
    "$SEGKIT" plugin new --build scons other
check "nothing was written then" test ! -e other
check "no key is left in it" sh -c '! grep -r "@[A-Z]*@" mine'
for cc in gcc clang; do
    if command -v $cc >/dev/null; then
        check "make with $cc, without a warning" make -C mine CC="$cc" CFLAGS='-O2 -Wall -Wextra -Werror' clean check
    else skip "make with $cc" "no $cc"; fi
done
check "make install" make -C mine install DESTDIR="$tmp/dest" PLUGINDIR=/plugins
says "it is found where it was installed" 0 '^mine.two ' env SEGKIT_PLUGIN_PATH="$tmp/dest/plugins" "$SEGKIT" stages

begin() { # SYSTEM PROGRAM
    command -v "$2" >/dev/null || { skip "$1" "no $2"; return 1; }
    "$SEGKIT" plugin new -q --build "$1" "by_$1"
}
installed() { # SYSTEM
    check "where segkit looks" test -f "$tmp/$1$(pkg-config --variable=plugindir segkit)/by_$1.so"
}
if begin autotools autoreconf; then
    check "autoreconf" sh -c 'cd by_autotools && autoreconf -fi && ./configure'
    check "a distribution builds and installs into its own folder" make -C by_autotools distcheck
    check "it installs" make -C by_autotools install DESTDIR="$tmp/autotools"
    installed autotools
fi
if begin meson meson; then
    check "meson" sh -c 'cd by_meson && meson setup build && meson test -C build'
    check "it installs" env DESTDIR="$tmp/meson" meson install -C by_meson/build
    installed meson
fi
if begin cmake cmake; then
    check "cmake" sh -c 'cd by_cmake && cmake -B build && cmake --build build && ctest --test-dir build'
    check "it installs" env DESTDIR="$tmp/cmake" cmake --install by_cmake/build
    installed cmake
fi
done_testing
