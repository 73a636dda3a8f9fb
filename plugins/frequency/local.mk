if HAVE_FFTW
plugin_LTLIBRARIES += plugins/frequency.la
plugins_frequency_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins $(FFTW_CFLAGS:-I%=-isystem%)
plugins_frequency_la_LDFLAGS = $(MODULE_FLAGS)
plugins_frequency_la_LIBADD = libsegplugin.la $(FFTW_LIBS)
plugins_frequency_la_SOURCES = \
  %D%/auto_notch.c %D%/convolve.c %D%/frequency.c %D%/grid.c %D%/grid.h %D%/homomorphic.c \
  %D%/kernel.c %D%/kernel.h %D%/notch.c %D%/notch.h %D%/pass.c %D%/richardson_lucy.c \
  %D%/spectrum.c %D%/stages.h
endif
