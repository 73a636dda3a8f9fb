check_PROGRAMS += %D%/layout
TESTS += %D%/layout.t %D%/symbols.t
EXTRA_DIST += %D%/symbols.t %D%/layout.t %D%/layout-lp64.txt %D%/longer.awk \
  %D%/1.0/segkit/plugin.h %D%/1.0/segkit/plugin-util.h

# A header of our own future.
longer = tests/abi/longer/segkit/plugin.h
$(longer): include/segkit/plugin.h %D%/longer.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(AWK) -f $(srcdir)/tests/abi/longer.awk $(srcdir)/include/segkit/plugin.h > $@
CLEANFILES += $(longer)
tests/plugins/tests_plugins_longer_la-tables.lo: $(longer)
