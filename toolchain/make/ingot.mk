# SPDX-License-Identifier: Apache-2.0
# For a Makefile: `include $(shell ingot make-dir)/ingot.mk`. See docs/make.md.
#
#   $(eval $(call ingot_model,<prefix>,<model>,<board>[,<more of ingot make-rules' options>]))
#
# (several networks in one firmware: --name <C name> --with <C name>=<model> [--in-turn])
# gives the targets <prefix>-firmware, <prefix>-check, -emulate, -verify, -validate, -report, -info, -flash, -sign,
# -sbom, -reloc, -reloc-verify and -load-and-run, and the variables
#
#   <prefix>_SOURCES    the network's C files and what of Ingot's runtime they need, for a firmware that compiles them
#                       itself; with --st-pack beside the ST runtime that the firmware has
#   <prefix>_DIR        the folder of all generated files, for -I
#   <prefix>_OBJECTS    network.o and Ingot's runtime, for a firmware with a link step of its own
#   <prefix>_STARTUP_OBJECTS    vectors and reset, for a firmware that has none of its own
#   <prefix>_KERNELS    the archive of the kernels that it calls, to be linked last
#   <prefix>_CFLAGS     -I and -D that your own sources need
#   <prefix>_LDFLAGS    for the link, with the linker script
#   <prefix>_SCRIPT     the linker script itself
#   <prefix>_RAW        the weights; <prefix>_HEX: the same at their flash addresses
#   <prefix>_HEADERS    network.h, for your own objects to wait for
#
#   $(eval $(call ingot_check,<prefix>,<firmware>.elf[,<more of ingot check's options>]))
#
# gives <firmware>.checked: proves that nothing overlaps, and writes <firmware>.bin, .hex and _memory_map.txt. Firmware
# of ST's repositories has --app-config Inc/app_config.h, which is then compared with the network.
#
# The rules are in $(INGOT_BUILD)/<prefix>.mk, which Make writes (again) by itself. INGOT_LAUNCHER stands before the
# compiler's name when C is compiled, such as ccache; set it before the call of ingot_model.
INGOT ?= ingot
INGOT_LAUNCHER ?=
INGOT_BUILD ?= build
INGOT_FOLDER := $(dir $(lastword $(MAKEFILE_LIST)))

# Make's default goal is the first target that the Makefile itself has, wherever this file is included.
define ingot_model
INGOT_GOAL := $$(.DEFAULT_GOAL)
$(1)_ASKED := $$(strip $(2) $(3) $(INGOT_LAUNCHER) $(4) of $(INGOT_FOLDER))
$(INGOT_BUILD)/$(1).mk:
	@mkdir -p $$(@D)
	@INGOT_COMMAND="$(INGOT)" $(INGOT) make-rules "$(2)" --board "$(3)" --build "$(INGOT_BUILD)" --prefix "$(1)-" --launcher "$(INGOT_LAUNCHER)" $(4) --asked '$$(subst ','\'',$$($(1)_ASKED))' --out $$@
ifeq ($$(filter clean,$$(MAKECMDGOALS)),)
# Not `-include`: Make would go on with the rules as they were where they cannot be written again.
include $(INGOT_BUILD)/$(1).mk
# Rules that were written for another model, board or option, or by an Ingot elsewhere, are written again, once.
ifneq ($$($(1)_WRITTEN_FOR),$$($(1)_ASKED))
ifeq ($$(MAKE_RESTARTS),)
.PHONY: $(1)-ask-again
$(INGOT_BUILD)/$(1).mk: $(1)-ask-again
endif
endif
endif
.DEFAULT_GOAL := $$(INGOT_GOAL)
endef

define ingot_check
INGOT_GOAL := $$(.DEFAULT_GOAL)
$(basename $(2)).checked: $(2) $$($(1)_CINFO) $$($(1)_RAW) $$($(1)_BOARD)
	@echo "check $(2)"
	@$(INGOT) check --quiet --binaries --board $$($(1)_BOARD) --elf $(2) $$(patsubst %,--network %,$$($(1)_CINFO)) \
	  --out $(basename $(2))_memory_map.txt --summary $(basename $(2))_summary.json $(3)
	@touch $$@
.DEFAULT_GOAL := $$(INGOT_GOAL)
endef
