# One loadable module a family.
include %D%/chafa/local.mk
