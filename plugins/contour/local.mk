plugin_LTLIBRARIES += plugins/contour.la
plugins_contour_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_contour_la_LDFLAGS = $(MODULE_FLAGS)
plugins_contour_la_LIBADD = libsegplugin.la
plugins_contour_la_SOURCES = \
  %D%/chan_vese.c %D%/contour.c %D%/edge_map.c %D%/edge_map.h %D%/morph.c %D%/morph.h \
  %D%/morph_chan_vese.c %D%/morph_gac.c %D%/polygon.c %D%/polygon.h %D%/snake.c \
  %D%/stages.h
