# For a Makefile: `include $(shell ingot make-dir)/ingot.mk`. See docs/make.md.
#
#   $(eval $(call ingot_model,<prefix>,<model>,<board>[,<more of ingot make-rules' options>]))
#
# gives the targets <prefix>-firmware, <prefix>-verify and <prefix>-emulate, and the variables
#
#   <prefix>_SOURCES    network.c and Ingot's runtime, for a firmware with a link step of its own
#   <prefix>_CFLAGS     -I and -D that they and your own sources need
#   <prefix>_KERNELS    the archive of kernels, to be linked last
#   <prefix>_SCRIPT     the linker script
#   <prefix>_RAW        the weights
#   <prefix>_HEADERS    network.h, for your own objects to wait for
#
# The rules are in $(INGOT_BUILD)/<prefix>.mk, which Make writes (again) by itself.
INGOT ?= ingot
INGOT_BUILD ?= build

define ingot_model
$(INGOT_BUILD)/$(1).mk:
	@mkdir -p $$(@D)
	@INGOT_COMMAND="$(INGOT)" $(INGOT) make-rules "$(2)" --board "$(3)" --build "$(INGOT_BUILD)" --prefix "$(1)-" $(4) --out $$@
ifeq ($$(filter clean,$$(MAKECMDGOALS)),)
-include $(INGOT_BUILD)/$(1).mk
endif
endef
