# SPDX-License-Identifier: Apache-2.0
# find_package(Ingot): neural networks as targets. See docs/cmake.md.
#
#   ingot_add_model(<target> MODEL <file|name> BOARD <name|path> [NAME <C name>] [OUT <folder>] [STACK <bytes>]
#                   [HEAP <bytes>] [STARTUP] [OWN_RUNTIME] [OWN_LINK] [NO_FUSE] [BESIDE <target>...]
#                   [IN_TURN <target>...]
#                   [<OPTION> <value>...])     any option of the table in docs/options.md, such as OPTIMIZE ram
#   ingot_join(<target> <target>...)           several networks for one executable: link this, check this
#   ingot_check(<executable> <target>)         proves the linked program, and writes its .bin and .hex
#   ingot_add_reloc(<name> <target>)           a target that builds the network's relocatable image
#   ingot_add_verify(<name> <target>)          a target that compares the network on the emulated twin with LiteRT
#   ingot_add_target(<name> <what> <target> [EXECUTABLE <executable>])
#                                              emulate, validate, report, flash, sign, reloc-verify, load-and-run, ...
#   ingot_make_variables(<name>... [EXCLUDE <regex>])
#                                              lists of what the Makefile beside the CMakeLists.txt says, whose paths
#                                              behind -I, -L and -T become absolute; words that match are left out
#
# The rules themselves are written by `ingot cmake-network` and `ingot cmake-program`.
cmake_minimum_required(VERSION 3.22)
include_guard(GLOBAL)

if(NOT INGOT_COMMAND)
    find_program(INGOT_PROGRAM ingot HINTS ENV VIRTUAL_ENV PATH_SUFFIXES bin Scripts)
    if(NOT INGOT_PROGRAM)
        message(FATAL_ERROR "Ingot: the command 'ingot' was not found. Install Ingot with pip in the environment "
                            "that CMake runs in (docs/install.md), or set INGOT_COMMAND.")
    endif()
    set(INGOT_COMMAND "${INGOT_PROGRAM}")
endif()

set(Ingot_TOOLCHAIN_FILE "${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake")
set(Ingot_FOUND TRUE)

# Has Ingot write a file of rules, and says on which files it depends. The caller includes it.
function(_ingot_write file)
    get_filename_component(folder "${file}" DIRECTORY)
    file(MAKE_DIRECTORY "${folder}")
    execute_process(
        COMMAND "${CMAKE_COMMAND}" -E env "INGOT_COMMAND=${INGOT_COMMAND}" ${INGOT_COMMAND} ${ARGN} --out "${file}"
        WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}"
        ERROR_VARIABLE message
        RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        string(STRIP "${message}" message)
        message(FATAL_ERROR "${message}")
    endif()
endfunction()

macro(ingot_add_model target)
    cmake_parse_arguments(_ingot "NO_FUSE;STARTUP;OWN_RUNTIME;OWN_LINK" "MODEL;BOARD;NAME;OUT;STACK;HEAP" "BESIDE;IN_TURN" ${ARGN})
    foreach(_ingot_key MODEL BOARD)
        if(NOT _ingot_${_ingot_key})
            message(FATAL_ERROR "ingot_add_model(${target}): ${_ingot_key} is missing")
        endif()
        get_filename_component(_ingot_path "${_ingot_${_ingot_key}}" ABSOLUTE)
        if(EXISTS "${_ingot_path}" OR "${_ingot_${_ingot_key}}" MATCHES "\\.(tflite|onnx|ya?ml)$")
            set(_ingot_${_ingot_key} "${_ingot_path}")
        endif()
    endforeach()
    if(NOT _ingot_NAME)
        set(_ingot_NAME network)
    endif()
    if(NOT _ingot_OUT)
        set(_ingot_OUT "${CMAKE_CURRENT_BINARY_DIR}/${target}")
    endif()
    file(RELATIVE_PATH _ingot_place "${CMAKE_CURRENT_BINARY_DIR}" "${_ingot_OUT}")
    set(_ingot_words "${_ingot_MODEL}" --board "${_ingot_BOARD}" --name ${_ingot_NAME} --place "${_ingot_place}"
                     --kernels "${CMAKE_BINARY_DIR}/ingot-kernels" --target ${target})
    foreach(_ingot_key STACK HEAP)
        if(DEFINED _ingot_${_ingot_key})
            string(TOLOWER "--${_ingot_key}" _ingot_flag)
            list(APPEND _ingot_words ${_ingot_flag} "${_ingot_${_ingot_key}}")
        endif()
    endforeach()
    if(_ingot_NO_FUSE)
        list(APPEND _ingot_words --no-fuse)
    endif()
    foreach(_ingot_key STARTUP OWN_RUNTIME OWN_LINK)
        if(_ingot_${_ingot_key})
            string(TOLOWER "--${_ingot_key}" _ingot_flag)
            string(REPLACE "_" "-" _ingot_flag "${_ingot_flag}")
            list(APPEND _ingot_words "${_ingot_flag}")
        endif()
    endforeach()
    foreach(_ingot_key BESIDE IN_TURN)
        string(TOLOWER "--${_ingot_key}" _ingot_flag)
        string(REPLACE "_" "-" _ingot_flag "${_ingot_flag}")
        foreach(_ingot_other IN LISTS _ingot_${_ingot_key})
            get_target_property(_ingot_path ${_ingot_other} INGOT_request)
            list(APPEND _ingot_words ${_ingot_flag} "${_ingot_other}=${_ingot_path}")
        endforeach()
    endforeach()
    # What is left are options of Ingot's own table: KEY value. Paths count from the CMakeLists.txt.
    set(_ingot_key)
    foreach(_ingot_word IN LISTS _ingot_UNPARSED_ARGUMENTS)
        get_filename_component(_ingot_path "${_ingot_word}" ABSOLUTE)
        if(_ingot_key MATCHES "^ST_(OUTPUT|PACK)$" AND EXISTS "${_ingot_path}")
            list(APPEND _ingot_words --option "${_ingot_path}")
        else()
            list(APPEND _ingot_words --option "${_ingot_word}")
        endif()
        set(_ingot_key "${_ingot_word}")
    endforeach()
    set(_ingot_rules "${CMAKE_CURRENT_BINARY_DIR}/ingot/${target}.cmake")
    _ingot_write("${_ingot_rules}" cmake-network ${_ingot_words})
    include("${_ingot_rules}")
    set_property(TARGET ${target} PROPERTY INGOT_request "${CMAKE_CURRENT_BINARY_DIR}/ingot/${target}.json")
endmacro()

# The rules around a program of some networks. what: join, check, or the name of a target.
macro(_ingot_program what name)
    set(_ingot_words ${what} --name ${name} --place "${name}")
    foreach(_ingot_member IN LISTS _ingot_members)
        get_target_property(_ingot_path ${_ingot_member} INGOT_request)
        list(APPEND _ingot_words --request "${_ingot_member}=${_ingot_path}")
    endforeach()
    set(_ingot_rules "${CMAKE_CURRENT_BINARY_DIR}/ingot/${name}-${what}.cmake")
    _ingot_write("${_ingot_rules}" cmake-program ${_ingot_words} ${ARGN})
    include("${_ingot_rules}")
endmacro()

macro(ingot_join target)
    set(_ingot_members ${ARGN})
    _ingot_program(join ${target})
endmacro()

macro(ingot_check executable target)
    get_target_property(_ingot_members ${target} INGOT_members)
    _ingot_program(check ${executable} --target ${target})
endmacro()

macro(ingot_add_target name what target)
    cmake_parse_arguments(_ingot "" "EXECUTABLE" "" ${ARGN})
    get_target_property(_ingot_members ${target} INGOT_members)
    set(_ingot_more)
    if(_ingot_EXECUTABLE)
        set(_ingot_more --elf "$<TARGET_FILE:${_ingot_EXECUTABLE}>" --executable ${_ingot_EXECUTABLE})
    endif()
    _ingot_program(${what} ${name} ${_ingot_more})
endmacro()

# The image's file is the property INGOT_image of <target>.
macro(ingot_add_reloc name target)
    ingot_add_target(${name} reloc ${target})
endmacro()

macro(ingot_add_verify name target)
    ingot_add_target(${name} verify ${target})
endmacro()

macro(ingot_make_variables)
    cmake_parse_arguments(_ingot "" "EXCLUDE" "" ${ARGN})
    foreach(_ingot_key IN LISTS _ingot_UNPARSED_ARGUMENTS)
        execute_process(
            COMMAND make -s "--eval=ingot-print:;@:$(info $(${_ingot_key}))" ingot-print
            WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
            OUTPUT_VARIABLE ${_ingot_key}
            COMMAND_ERROR_IS_FATAL ANY)
        # One word each: in target_link_libraries a word without a dash is a library.
        string(REGEX REPLACE "(^| )-u +" "\\1-u" ${_ingot_key} "${${_ingot_key}}")
        separate_arguments(${_ingot_key} UNIX_COMMAND "${${_ingot_key}}")
        if(_ingot_EXCLUDE)
            list(FILTER ${_ingot_key} EXCLUDE REGEX "${_ingot_EXCLUDE}")
        endif()
        list(TRANSFORM ${_ingot_key} REPLACE "^(-[ILT])([^/])" "\\1${CMAKE_CURRENT_SOURCE_DIR}/\\2")
    endforeach()
endmacro()
