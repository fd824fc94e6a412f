/* The network that the validate firmware runs. */
#ifndef VALIDATE_SERVED_INSTANCE_H
#define VALIDATE_SERVED_INSTANCE_H

#include "ll_aton_runtime.h"

NN_Instance_TypeDef *served_instance(void);

#endif
