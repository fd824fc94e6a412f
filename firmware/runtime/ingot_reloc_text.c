/* SPDX-License-Identifier: Apache-2.0 */
/* What the loader says; files of their own, so that a firmware that prints nothing links none of it. */
#include "ingot_reloc.h"
#include "ingot_runtime.h"

const char *ingot_reloc_text(int status)
{
#define TEXT(name, text) text,
    static const char *const texts[] = {INGOT_RELOC_REFUSALS(TEXT)};
#undef TEXT
    if (status == INGOT_RELOC_OK)
        return "ok";
    int position = -100 - status;
    return position >= 0 && position < (int)INGOT_RELOC_COUNT ? texts[position] : "unknown code";
}

static void line(const char *label, uint32_t value)
{
    ingot_print(label);
    ingot_print_unsigned(value);
    ingot_print("\n");
}

void ll_aton_reloc_log_info(uintptr_t file)
{
    ll_aton_reloc_info info;
    int status = ll_aton_reloc_get_info(file, &info);
    ingot_print("image at ");
    ingot_print_hex((uint32_t)file);
    if (status) {
        ingot_print(" refused: ");
        ingot_print(ingot_reloc_text(status));
        ingot_print("\n");
        return;
    }
    ingot_print(": ");
    ingot_print(info.c_name);
    ingot_print(", ");
    ingot_print(info.rt_version_desc);
    ingot_print("\n  flags           ");
    ingot_print_hex(info.variant);
    ingot_print("\n");
    line("  code            ", info.code_sz);
    line("  params          ", info.params_sz);
    line("  params at       ", info.params_off);
    line("  activations     ", info.acts_sz);
    line("  external RAM    ", info.ext_ram_sz);
    line("  RAM in place    ", info.rt_ram_xip);
    line("  RAM for a copy  ", info.rt_ram_copy);
}
