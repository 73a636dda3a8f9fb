# SPDX-License-Identifier: LGPL-2.1-or-later

# SEG_WARNINGS: what every C file is compiled with. --enable-werror makes them errors.
AC_DEFUN([SEG_WARNINGS], [
AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat warnings as errors])])
SEG_CFLAGS="-std=c17 -fvisibility=hidden -fno-math-errno -fno-trapping-math -Wall -Wextra -Wpedantic -Wshadow -Wconversion"
SEG_CXXFLAGS="-std=c++17 -fvisibility=hidden -Wall -Wextra"
AS_IF([test "x$enable_werror" = xyes], [SEG_CFLAGS="$SEG_CFLAGS -Werror"])
AC_SUBST([SEG_CFLAGS])
AC_SUBST([SEG_CXXFLAGS])
])

# SEG_SANITIZE: --enable-sanitize compiles everything for AddressSanitizer and UBSan.
AC_DEFUN([SEG_SANITIZE], [
AC_ARG_ENABLE([sanitize],
  [AS_HELP_STRING([--enable-sanitize], [build with AddressSanitizer and UBSan])])
AS_IF([test "x$enable_sanitize" = xyes], [
  SEG_SAN="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
  CFLAGS="$CFLAGS $SEG_SAN" CXXFLAGS="$CXXFLAGS $SEG_SAN" LDFLAGS="$LDFLAGS $SEG_SAN"])
AM_CONDITIONAL([SANITIZE], [test "x$enable_sanitize" = xyes])
])

# SEG_MODULE(VAR, MODULE, WHAT): a plugin that needs a library of its own and is left out without it.
AC_DEFUN([SEG_MODULE], [
AC_ARG_ENABLE([$2], [AS_HELP_STRING([--disable-$2], [leave out $3])], [], [enable_$2=auto])
have_$1=no
AS_IF([test "x$enable_$2" != xno], [m4_case([$1],
  [FFTW], [PKG_CHECK_MODULES([FFTW], [fftw3f], [have_FFTW=yes], [:])],
  [OPENCV], [SEG_FIND_OPENCV],
  [CHAFA], [PKG_CHECK_MODULES([CHAFA], [chafa], [have_CHAFA=yes], [:])])
  AS_IF([test "x$enable_$2" = xyes && test "x$have_$1" = xno],
    [AC_MSG_ERROR([--enable-$2 was given and its library is missing])])])
AM_CONDITIONAL([HAVE_$1], [test "x$have_$1" = xyes])
])

# Only core and imgproc: opencv4.pc lists every module, and loading them costs 80 ms.
AC_DEFUN([SEG_FIND_OPENCV], [
PKG_CHECK_MODULES([OPENCV], [opencv4], [opencv_cflags=$OPENCV_CFLAGS],
  [opencv_cflags=-I/usr/include/opencv4])
AC_LANG_PUSH([C++])
seg_save_CPPFLAGS=$CPPFLAGS seg_save_LIBS=$LIBS
CPPFLAGS="$CPPFLAGS $opencv_cflags" LIBS="-lopencv_imgproc -lopencv_core $LIBS"
AC_MSG_CHECKING([for OpenCV's core and imgproc])
AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <opencv2/imgproc.hpp>]],
    [[cv::Mat m(3, 3, CV_8U); cv::blur(m, m, cv::Size(3, 3));]])],
  [have_OPENCV=yes], [have_OPENCV=no])
AC_MSG_RESULT([$have_OPENCV])
CPPFLAGS=$seg_save_CPPFLAGS LIBS=$seg_save_LIBS
AC_LANG_POP([C++])
AC_SUBST([OPENCV_CFLAGS], [$opencv_cflags])
AC_SUBST([OPENCV_LIBS], ["-lopencv_imgproc -lopencv_core"])
])

# SEG_PEERS: the toolboxes that tests/bench/toolbox compares with; each may be missing.
AC_DEFUN([SEG_PEERS], [
PKG_CHECK_MODULES([LEPTONICA], [lept], [have_lept=yes], [have_lept=no])
AM_CONDITIONAL([HAVE_LEPTONICA_PEER], [test "x$have_lept" = xyes])
OPENCV_PEER_LIBS="-lopencv_ximgproc -lopencv_photo $OPENCV_LIBS"
AC_LANG_PUSH([C++])
seg_save_CPPFLAGS=$CPPFLAGS seg_save_LIBS=$LIBS
CPPFLAGS="$CPPFLAGS $OPENCV_CFLAGS" LIBS="$OPENCV_PEER_LIBS $LIBS"
AC_MSG_CHECKING([for OpenCV's ximgproc and photo])
AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <opencv2/photo.hpp>
#include <opencv2/ximgproc.hpp>]],
    [[cv::Mat m(3, 3, CV_8U); cv::ximgproc::thinning(m, m);]])],
  [have_opencv_peer=yes], [have_opencv_peer=no])
AC_MSG_RESULT([$have_opencv_peer])
CPPFLAGS=$seg_save_CPPFLAGS LIBS=$seg_save_LIBS
AC_LANG_POP([C++])
AC_SUBST([OPENCV_PEER_LIBS])
AM_CONDITIONAL([HAVE_OPENCV_PEER], [test "x$have_opencv_peer" = xyes])
])

# SEG_TIFF_NAME: the file name of the libtiff that TIFF_LIBS links. core/io opens it when it meets
# the first TIFF file: loading it and what it needs would take most of the start of every program.
AC_DEFUN([SEG_TIFF_NAME], [
AC_CACHE_CHECK([for the file name of libtiff], [seg_cv_tiff_name], [
seg_save_LIBS=$LIBS LIBS="$TIFF_LIBS $LIBS" seg_cv_tiff_name=
AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <tiffio.h>]], [[return !TIFFGetVersion();]])],
  [seg_cv_tiff_name=`${OBJDUMP-objdump} -p conftest$ac_exeext |
    $SED -n 's/.*NEEDED *\(libtiff[[^ ]]*\).*/\1/p'`])
test -n "$seg_cv_tiff_name" || seg_cv_tiff_name=libtiff.so.6
LIBS=$seg_save_LIBS])
AC_SUBST([TIFF_NAME], [$seg_cv_tiff_name])
])
