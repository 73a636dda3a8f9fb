# SPDX-License-Identifier: MIT
# SEGKIT_PLUGIN([VERSION])
# For a plugin of segkit, of which at least VERSION is wanted. Substitutes SEGKIT_CFLAGS, SEGKIT (the
# program), SEGKIT_PLUGIN_LDFLAGS (for a module, besides -module), plugindir (that of segkit, or
# --with-plugindir) and SEGKIT_DISTCHECK_FLAGS, with which distcheck installs into its own folder.
AC_DEFUN([SEGKIT_PLUGIN], [
AC_REQUIRE([PKG_PROG_PKG_CONFIG])
PKG_CHECK_MODULES([SEGKIT], [segkit]m4_ifval([$1], [[ >= $1]]))
PKG_CHECK_VAR([SEGKIT], [segkit], [segkit])
PKG_CHECK_VAR([SEGKIT_PLUGINDIR], [segkit], [plugindir])
AC_ARG_WITH([plugindir],
  [AS_HELP_STRING([--with-plugindir=DIR], [where the plugin is installed @<:@where segkit looks@:>@])],
  [plugindir=$withval], [plugindir=$SEGKIT_PLUGINDIR])
AC_SUBST([plugindir])
AC_SUBST([SEGKIT_PLUGIN_LDFLAGS], ["-avoid-version -shared -export-symbols-regex '^segkit_plugin_v1\$\$'"])
AC_SUBST([SEGKIT_DISTCHECK_FLAGS], ["--with-plugindir='\$\${libdir}/plugins'"])
])
