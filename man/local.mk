dist_man_MANS += %D%/segkit.1 %D%/segkit-run.1 %D%/segkit-pipeline.5 %D%/segkit-plugin.7
dist_man_MANS += %D%/segkit-eval.1 %D%/segkit-lint.1 %D%/segkit-compare.1 %D%/segkit-model.1
dist_man_MANS += %D%/segkit-fuse.1 %D%/segkit-replay.1 %D%/segkit-tune.1
dist_man_MANS += %D%/segkit-convert.1 %D%/segkit-info.1 %D%/segkit-plugin.1
dist_man_MANS += %D%/segkit-model.5 %D%/libsegkit.3

# One page a stage, printed by the program itself from the stages' tables.
stage_env = env HOME=/nonexistent XDG_DATA_HOME= SEGKIT_PLUGIN_PATH='$(abs_top_builddir)/plugins/.libs'
all-local: man/stages.stamp
man/stages.stamp: segkit$(EXEEXT) $(plugin_LTLIBRARIES)
	$(AM_V_GEN)rm -rf man/stages && $(MKDIR_P) man/stages && \
	for id in $$($(stage_env) ./segkit$(EXEEXT) stages | sed 's/ .*//'); do \
	  $(stage_env) ./segkit$(EXEEXT) stages $$id --man >man/stages/$$id.7 || exit 1; \
	done && touch $@

# make html: all pages for a browser, in man/html.
html-local: man/stages.stamp
	$(AM_V_GEN)rm -rf man/html && $(MKDIR_P) man/html && \
	for page in $(dist_man_MANS) man/stages/*.7; do \
	  test -f $$page || page='$(srcdir)'/$$page; \
	  mandoc -T html -O man=%N.%S.html $$page >man/html/$$(basename $$page).html || exit 1; \
	done
install-data-hook:
	$(MKDIR_P) '$(DESTDIR)$(man7dir)'
	for page in man/stages/*.7; do \
	  test ! -f $$page || $(INSTALL_DATA) $$page '$(DESTDIR)$(man7dir)' || exit 1; \
	done
uninstall-hook:
	cd man/stages && for page in *.7; do rm -f '$(DESTDIR)$(man7dir)'/$$page; done
clean-local:
	rm -rf man/stages man/html
CLEANFILES += man/stages.stamp
