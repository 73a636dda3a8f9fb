dist_man_MANS += %D%/segkit.1 %D%/segkit-run.1 %D%/segkit-pipeline.5 %D%/segkit-plugin.7
dist_man_MANS += %D%/segkit-eval.1 %D%/segkit-lint.1 %D%/segkit-compare.1 %D%/segkit-model.1
dist_man_MANS += %D%/segkit-fuse.1 %D%/segkit-replay.1 %D%/segkit-tune.1
dist_man_MANS += %D%/segkit-convert.1 %D%/segkit-info.1 %D%/segkit-plugin.1
dist_man_MANS += %D%/segkit-model.5 %D%/libsegkit.3
dist_man_MANS += %D%/seg_context.3 %D%/seg_layer.3 %D%/seg_layer_load.3 %D%/seg_pipeline.3
dist_man_MANS += %D%/seg_plan.3 %D%/seg_plan_run.3 %D%/seg_stage_find.3
dist_man_MANS += %D%/seg_host.3 %D%/seg_regions.3 %D%/seg_model.3

# One page a stage, printed by the program itself from the stages' tables.
stage_env = env HOME=/nonexistent XDG_DATA_HOME= SEGKIT_PLUGIN_PATH='$(abs_top_builddir)/plugins/.libs'
all-local: man/stages.stamp
man/stages.stamp: segkit$(EXEEXT) $(plugin_LTLIBRARIES)
	$(AM_V_GEN)rm -rf man/stages && $(MKDIR_P) man/stages && \
	for id in $$($(stage_env) ./segkit$(EXEEXT) stages | sed 's/ .*//'); do \
	  $(stage_env) ./segkit$(EXEEXT) stages $$id --man >man/stages/$$id.7 || exit 1; \
	done && $(stage_env) ./segkit$(EXEEXT) stages --man >man/stages/segkit-stages.7 && touch $@

# make html: all pages for a browser, in man/html.
html-local: man/stages.stamp
	$(AM_V_GEN)rm -rf man/html && $(MKDIR_P) man/html && \
	for page in $(dist_man_MANS) man/stages/*.7; do \
	  test -f $$page || page='$(srcdir)'/$$page; \
	  mandoc -T html -O man=%N.%S.html $$page >man/html/$$(basename $$page).html || exit 1; \
	done
# A page of functions is found under the name of each.
man3_names = sed -n 's/^\.Nm \(seg_[a-z_]*\).*/\1.3/p'
install-data-hook:
	for page in '$(DESTDIR)$(man3dir)'/seg_*.3; do \
	  test -f "$$page" && test ! -h "$$page" || continue; \
	  for name in $$($(man3_names) "$$page"); do \
	    test -f '$(DESTDIR)$(man3dir)'/$$name || \
	      $(LN_S) "$$(basename "$$page")" '$(DESTDIR)$(man3dir)'/$$name || exit 1; \
	  done; \
	done
	$(MKDIR_P) '$(DESTDIR)$(man7dir)'
	for page in man/stages/*.7; do \
	  test ! -f $$page || $(INSTALL_DATA) $$page '$(DESTDIR)$(man7dir)' || exit 1; \
	done
uninstall-hook:
	cd '$(srcdir)' && for name in $$(cat man/seg_*.3 | $(man3_names)); do \
	  rm -f '$(DESTDIR)$(man3dir)'/$$name; \
	done
	cd man/stages && for page in *.7; do rm -f '$(DESTDIR)$(man7dir)'/$$page; done
clean-local:
	rm -rf man/stages man/html
CLEANFILES += man/stages.stamp
