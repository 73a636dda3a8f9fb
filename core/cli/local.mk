bin_PROGRAMS += segkit
segkit_CPPFLAGS = $(libsegcore_la_CPPFLAGS) -I$(builddir)/%D%
segkit_LDADD = libsegcore.la
segkit_SOURCES = \
  %D%/cmd_bench.c \
  %D%/cmd_check.c \
  %D%/cmd_compare.c \
  %D%/cmd_complete.c \
  %D%/cmd_convert.c \
  %D%/cmd_eval.c \
  %D%/cmd_fuse.c \
  %D%/cmd_info.c \
  %D%/cmd_lint.c \
  %D%/cmd_model.c \
  %D%/cmd_model_bench.c \
  %D%/cmd_model_probe.c \
  %D%/cmd_plugin.c \
  %D%/cmd_plugin_new.c \
  %D%/cmd_plugin_verify.c \
  %D%/cmd_replay.c \
  %D%/cmd_run.c \
  %D%/cmd_show.c \
  %D%/cmd_stages.c \
  %D%/cmd_tune.c \
  %D%/cmd_version.c %D%/commands.h \
  %D%/command.c %D%/command.h \
  %D%/data_url.c %D%/data_url.h %D%/gallery.c %D%/gallery.h \
  %D%/compare.h %D%/compare_pictures.c %D%/compare_rank.c %D%/compare_run.c %D%/compare_write.c \
  %D%/emit.c %D%/emit.h \
  %D%/eval_coco.c %D%/eval_coco.h \
  %D%/images.c %D%/images.h \
  %D%/labels.c %D%/labels.h %D%/measuring.c \
  %D%/main.c \
  %D%/network.c %D%/network.h \
  %D%/pairs.c %D%/pairs.h \
  %D%/progress.c %D%/progress.h \
  %D%/provenance.c %D%/provenance.h \
  %D%/report.c %D%/report.h \
  %D%/source.c %D%/source.h \
  %D%/stage_doc.c %D%/stage_doc.h %D%/stage_example.c %D%/stage_man.c \
  %D%/summary.c %D%/summary.h \
  %D%/target.c %D%/target.h \
  %D%/tensor.c %D%/tensor.h \
  %D%/tune.h %D%/tune_score.c %D%/tune_search.c

bashcompletiondir = $(datarootdir)/bash-completion/completions
zshcompletiondir = $(datarootdir)/zsh/site-functions
fishcompletiondir = $(datarootdir)/fish/vendor_completions.d
dist_zshcompletion_DATA = %D%/completion/_segkit
dist_fishcompletion_DATA = %D%/completion/segkit.fish
EXTRA_DIST += %D%/completion/segkit.bash
# bash looks for a file named for the command
install-data-local:
	$(MKDIR_P) $(DESTDIR)$(bashcompletiondir)
	$(INSTALL_DATA) $(srcdir)/core/cli/completion/segkit.bash $(DESTDIR)$(bashcompletiondir)/segkit
uninstall-local:
	rm -f $(DESTDIR)$(bashcompletiondir)/segkit

# The page of a comparison as an array of characters.
BUILT_SOURCES += %D%/page.inc
CLEANFILES += %D%/page.inc
EXTRA_DIST += %D%/page.html
%D%/page.inc: %D%/page.html
	$(AM_V_GEN)$(MKDIR_P) %D% && od -An -v -tu1 $(srcdir)/%D%/page.html | sed 's/[0-9][0-9]*/&,/g' > $@.tmp && mv $@.tmp $@
%D%/segkit-compare_write.$(OBJEXT): %D%/page.inc

# What `plugin new` writes, as arrays of characters.
scaffold = \
  %D%/scaffold/LICENSE %D%/scaffold/README.md %D%/scaffold/plugin.c %D%/scaffold/stage.c \
  %D%/scaffold/stages.h %D%/scaffold/test.sh %D%/scaffold/autotools/Makefile.am \
  %D%/scaffold/autotools/configure.ac %D%/scaffold/cmake/CMakeLists.txt \
  %D%/scaffold/make/Makefile %D%/scaffold/meson/meson.build
BUILT_SOURCES += %D%/scaffold.inc
CLEANFILES += %D%/scaffold.inc
EXTRA_DIST += $(scaffold)
%D%/scaffold.inc: $(scaffold)
	$(AM_V_GEN)$(MKDIR_P) %D% && for file in $(scaffold); do \
	  echo "{\"$${file#core/cli/scaffold/}\", (const char[]){" && \
	  od -An -v -tu1 $(srcdir)/$$file | sed 's/[0-9][0-9]*/&,/g' && echo '0}},' || exit 1; \
	done >$@.tmp && mv $@.tmp $@
%D%/segkit-cmd_plugin_new.$(OBJEXT): %D%/scaffold.inc
