plugin_LTLIBRARIES += plugins/superpixel.la
plugins_superpixel_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_superpixel_la_LDFLAGS = $(MODULE_FLAGS)
plugins_superpixel_la_LIBADD = libsegplugin.la
plugins_superpixel_la_SOURCES = \
  %D%/connect.c %D%/felzenszwalb.c %D%/quickshift.c %D%/seeds.c %D%/slic.c %D%/slic.h \
  %D%/slic_stages.c %D%/snic.c %D%/stages.h %D%/superpixel.c
