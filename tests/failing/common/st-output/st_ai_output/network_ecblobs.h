ECBLOB_CONST_SECTION
static const uint64_t _ec_blob_network_1 [] = { 0xca057a7aUL };
#define _ec_blob_network_1_address _ec_blob_network_1
bool LL_ATON_EC_Network_Init_network(void)
{
  return true;
}
