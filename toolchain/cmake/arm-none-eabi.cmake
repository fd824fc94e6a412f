# SPDX-License-Identifier: Apache-2.0
# The toolchain that Ingot's SCons build uses, for CMake: -DCMAKE_TOOLCHAIN_FILE=.../arm-none-eabi.cmake
# INGOT_CORE is the Cortex-M core. Its flags stand in ../cores.json, which also says the default; those for all cores in
# ../arm-none-eabi.json.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)

file(READ "${CMAKE_CURRENT_LIST_DIR}/../cores.json" _ingot_cores)
string(JSON _ingot_default GET "${_ingot_cores}" default)
set(INGOT_CORE ${_ingot_default} CACHE STRING "Cortex-M core of the board")
string(JSON _ingot_core ERROR_VARIABLE _ingot_unknown GET "${_ingot_cores}" cores "${INGOT_CORE}")
if(_ingot_unknown)
    message(FATAL_ERROR "ingot: INGOT_CORE: unknown core '${INGOT_CORE}'; the cores are in toolchain/cores.json")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES INGOT_CORE)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

file(READ "${CMAKE_CURRENT_LIST_DIR}/../arm-none-eabi.json" _ingot_settings)
string(JSON _ingot_prefix GET "${_ingot_settings}" prefix)
set(CMAKE_C_COMPILER "${_ingot_prefix}gcc")
set(CMAKE_CXX_COMPILER "${_ingot_prefix}g++")
set(CMAKE_ASM_COMPILER "${_ingot_prefix}gcc")

find_program(CMAKE_AR "${_ingot_prefix}ar")

set(_ingot_flags)
string(JSON _ingot_core_flags GET "${_ingot_core}" flags)
string(JSON _ingot_compile_flags GET "${_ingot_settings}" compile)
foreach(_ingot_group core_flags compile_flags)
    string(JSON _ingot_count LENGTH "${_ingot_${_ingot_group}}")
    math(EXPR _ingot_last "${_ingot_count} - 1")
    foreach(_ingot_i RANGE ${_ingot_last})
        string(JSON _ingot_flag GET "${_ingot_${_ingot_group}}" ${_ingot_i})
        if(_ingot_group STREQUAL core_flags)
            string(APPEND CMAKE_ASM_FLAGS_INIT " ${_ingot_flag}")
            string(APPEND CMAKE_CXX_FLAGS_INIT " ${_ingot_flag}")
            string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " ${_ingot_flag}")
        endif()
        string(APPEND CMAKE_C_FLAGS_INIT " ${_ingot_flag}")
    endforeach()
endforeach()
set(CMAKE_C_ARCHIVE_CREATE "<CMAKE_AR> rcsD <TARGET> <OBJECTS>")
set(CMAKE_C_ARCHIVE_FINISH "")
set(CMAKE_EXECUTABLE_SUFFIX_C ".elf")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
