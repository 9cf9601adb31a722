# SPDX-License-Identifier: MIT
#
# man/local.mk - manual pages, written by hand.

dist_man_MANS += \
	man/hakmem.3 \
	man/hakmem.7
