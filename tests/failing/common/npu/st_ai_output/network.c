/* index=1 file postfix=AXISRAM3 name=npuRAM3 offset=0x34200000 absolute_mode size=458752 READ_WRITE */
/* index=2 file postfix=xSPI2 name=octoFlash offset=0x70380000 absolute_mode size=1048576 READ_ONLY */
#include "network_ecblobs.h"

static const EpochBlock_ItemTypeDef ll_atonn_rt_epoch_block_array[] = {
{
.blob_address = (uintptr_t)(_ec_blob_1),
.flags = EpochBlock_Flags_epoch_start | EpochBlock_Flags_blob,
.epoch_num = 1,
.last_epoch_num = 2,
},
};
const LL_Buffer_InfoTypeDef *LL_ATON_Input_Buffers_Info_network(void)
{
  static const float s0[] = { 0.5 };
  static const uint32_t d0[] = { 1, 64, 1, 1 };
  static const LL_Buffer_InfoTypeDef buff_info[] = {
{ .name = "Input_0", .addr_base = {(unsigned char *)(0x34200000UL)},
.offset_start = 0, .offset_end = 64,
.is_param = 0, .epoch = 0, .nbits = 8, .scale = s0,
.shape = d0, .mem_shape = d0, },
{ .name = NULL }
};
  return buff_info;
}

const LL_Buffer_InfoTypeDef *LL_ATON_Output_Buffers_Info_network(void)
{
  static const float s0[] = { 0.5 };
  static const uint32_t d0[] = { 1, 64, 1, 1 };
  static const LL_Buffer_InfoTypeDef buff_info[] = {
{ .name = "Copy_2_out", .addr_base = {(unsigned char *)(0x34200000UL)},
.offset_start = 512, .offset_end = 576,
.is_param = 0, .epoch = 2, .nbits = 8, .scale = s0,
.shape = d0, .mem_shape = d0, },
{ .name = NULL }
};
  return buff_info;
}

const LL_Buffer_InfoTypeDef *LL_ATON_Internal_Buffers_Info_network(void)
{
  static const float s0[] = { 0.5 };
  static const uint32_t d0[] = { 1, 64, 1, 1 };
  static const LL_Buffer_InfoTypeDef buff_info[] = {
{ .name = "Copy_1_out", .addr_base = {(unsigned char *)(0x34200000UL)},
.offset_start = 256, .offset_end = 320,
.is_param = 0, .epoch = 1, .nbits = 8, .scale = s0,
.shape = d0, .mem_shape = d0, },
{ .name = NULL }
};
  return buff_info;
}
