EXTRA_DIST += %D%/Makefile %D%/count.c %D%/python/segkit.py %D%/python/test_segkit.py
