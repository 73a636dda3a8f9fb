if HAVE_CHAFA
plugin_LTLIBRARIES += plugins/chafa.la
plugins_chafa_la_SOURCES = %D%/chafa.c %D%/show.h
plugins_chafa_la_CPPFLAGS = $(AM_CPPFLAGS) $(CHAFA_CFLAGS:-I%=-isystem%)
plugins_chafa_la_LDFLAGS = $(MODULE_FLAGS)
plugins_chafa_la_LIBADD = $(CHAFA_LIBS)
endif
