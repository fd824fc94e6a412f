# find_package(Ingot): neural networks as targets. See docs/cmake.md.
#
#   ingot_add_model(<target> MODEL <file|name> BOARD <name|path> [NAME <C name>] [OUT <folder>]
#                   [OPTIMIZE balanced|ram|speed] [NO_FUSE] [IO_PLACEMENT activations|application]
#                   [STACK <bytes>] [HEAP <bytes>] [STARTUP] [BESIDE <target>...] [IN_TURN <target>...])
#   ingot_join(<target> <target>...)        several networks for one executable: link this, check this
#   ingot_check(<executable> <target>)      proves the linked program, and writes its .bin and .hex
#   ingot_add_verify(<name> <target>)       a target that compares the network on the emulated twin with LiteRT
cmake_minimum_required(VERSION 3.22)
include_guard(GLOBAL)

if(NOT INGOT_COMMAND)
    find_program(INGOT_PROGRAM ingot HINTS ENV VIRTUAL_ENV PATH_SUFFIXES bin Scripts)
    if(NOT INGOT_PROGRAM)
        message(FATAL_ERROR "Ingot: the command 'ingot' was not found. Run 'pip install ingot' in the environment "
                            "that CMake runs in, or set INGOT_COMMAND.")
    endif()
    set(INGOT_COMMAND "${INGOT_PROGRAM}")
endif()

set(Ingot_TOOLCHAIN_FILE "${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake")
set(Ingot_FOUND TRUE)

# Elements of a JSON array as a list.
function(_ingot_list out json)
    string(JSON count LENGTH "${json}" ${ARGN})
    set(items)
    if(count GREATER 0)
        math(EXPR last "${count} - 1")
        foreach(i RANGE ${last})
            string(JSON item GET "${json}" ${ARGN} ${i})
            list(APPEND items "${item}")
        endforeach()
    endif()
    set(${out} "${items}" PARENT_SCOPE)
endfunction()

# The parts of a network, as JSON. Runs when CMake configures; again when board, pools or model.yaml change.
function(_ingot_parts out)
    execute_process(
        COMMAND ${INGOT_COMMAND} parts ${ARGN}
        WORKING_DIRECTORY "${CMAKE_BINARY_DIR}"
        OUTPUT_VARIABLE json
        ERROR_VARIABLE message
        RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        string(STRIP "${message}" message)
        message(FATAL_ERROR "${message}")
    endif()
    _ingot_list(inputs "${json}" configure_inputs)
    foreach(file IN LISTS inputs)
        get_filename_component(file "${file}" ABSOLUTE BASE_DIR "${CMAKE_BINARY_DIR}")
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    endforeach()
    set(${out} "${json}" PARENT_SCOPE)
endfunction()

# A step of `json` as a custom command. It writes only what changed; its stamp says that it ran.
function(_ingot_step json step)
    string(JSON stated ERROR_VARIABLE missing GET "${json}" steps ${step})
    if(missing)
        return()
    endif()
    _ingot_list(arguments "${json}" steps ${step} arguments)
    _ingot_list(inputs "${json}" steps ${step} inputs)
    _ingot_list(outputs "${json}" steps ${step} outputs)
    _ingot_absolute(inputs ${inputs})
    _ingot_absolute(outputs ${outputs})
    list(GET outputs 0 first)
    file(RELATIVE_PATH stamp "${CMAKE_BINARY_DIR}" "${first}.stamp")
    add_custom_command(
        OUTPUT "${first}.stamp"
        BYPRODUCTS ${outputs}
        COMMAND ${INGOT_COMMAND} ${arguments} --stamp "${first}.stamp" --depfile "${first}.d"
        DEPENDS ${inputs}
        DEPFILE "${first}.d"
        WORKING_DIRECTORY "${CMAKE_BINARY_DIR}"
        COMMENT "ingot ${step}: ${stamp}"
        VERBATIM)
    set(_ingot_stamp "${first}.stamp" PARENT_SCOPE)
endfunction()

# Paths that `ingot parts` gives relative to the build folder.
function(_ingot_absolute out)
    set(found)
    foreach(file IN LISTS ARGN)
        get_filename_component(file "${file}" ABSOLUTE BASE_DIR "${CMAKE_BINARY_DIR}")
        list(APPEND found "${file}")
    endforeach()
    set(${out} "${found}" PARENT_SCOPE)
endfunction()

# Flags that keep this machine's folders out of objects.
function(_ingot_maps out)
    get_filename_component(tree "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../.." ABSOLUTE)
    set(${out} "-ffile-prefix-map=${CMAKE_BINARY_DIR}=." "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=."
               "-ffile-prefix-map=${tree}=." PARENT_SCOPE)
endfunction()

# The library of all kernels for a core, once in a build.
function(_ingot_kernels out json)
    _ingot_list(flags "${json}" flags kernels)
    string(MD5 key "${flags}")
    string(SUBSTRING ${key} 0 8 key)
    set(name ingot_kernels_${key})
    if(NOT TARGET ${name})
        _ingot_list(sources "${json}" kernels)
        _ingot_list(folders "${json}" kernel_folders)
        _ingot_absolute(sources ${sources})
        _ingot_absolute(folders ${folders})
        _ingot_maps(maps)
        add_library(${name} STATIC EXCLUDE_FROM_ALL ${sources})
        target_include_directories(${name} PRIVATE ${folders})
        target_compile_options(${name} PRIVATE ${flags} ${maps})
    endif()
    set(${out} ${name} PARENT_SCOPE)
endfunction()

# C files of a role as an object library.
function(_ingot_objects name json role generated)
    _ingot_list(flags "${json}" flags ${role})
    _ingot_list(folders "${json}" folders)
    _ingot_list(defines "${json}" defines)
    _ingot_absolute(folders ${folders})
    _ingot_absolute(sources ${ARGN})
    _ingot_maps(maps)
    add_library(${name} OBJECT EXCLUDE_FROM_ALL ${sources})
    target_include_directories(${name} PRIVATE ${folders})
    target_compile_definitions(${name} PRIVATE ${defines})
    target_compile_options(${name} PRIVATE ${flags} ${maps})
    add_dependencies(${name} ${generated})
endfunction()

# Everything of one network but its interface: <target>_generate, the objects, facts as target properties.
function(_ingot_network target json)
    # One target a link of the chain: under Makefiles only targets have an order, and files that a target before
    # has made are there.
    set(before)
    foreach(link "obtain" "compile" "linker_script;app_config;hex")
        set(stamps)
        foreach(step IN LISTS link)
            set(_ingot_stamp)
            _ingot_step("${json}" ${step})
            list(APPEND stamps ${_ingot_stamp})
        endforeach()
        list(GET link 0 name)
        string(REPLACE "linker_script" "generate" name ${name})
        add_custom_target(${target}_${name} DEPENDS ${stamps})
        if(before)
            add_dependencies(${target}_${name} ${before})
        endif()
        set(before ${target}_${name})
    endforeach()
    string(JSON source GET "${json}" source)
    _ingot_absolute(source "${source}")
    set_source_files_properties("${source}" PROPERTIES GENERATED TRUE)
    _ingot_list(runtime "${json}" runtime)
    _ingot_list(startup "${json}" startup)
    _ingot_objects(${target}_network "${json}" network ${target}_generate "${source}")
    _ingot_objects(${target}_runtime "${json}" firmware ${target}_generate ${runtime})
    _ingot_objects(${target}_startup "${json}" firmware ${target}_generate ${startup})
endfunction()

function(ingot_add_model target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "NO_FUSE;STARTUP" "MODEL;BOARD;NAME;OUT;OPTIMIZE;IO_PLACEMENT;STACK;HEAP"
                          "BESIDE;IN_TURN")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "ingot_add_model(${target}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    foreach(needed MODEL BOARD)
        if(NOT arg_${needed})
            message(FATAL_ERROR "ingot_add_model(${target}): ${needed} is missing")
        endif()
        get_filename_component(path "${arg_${needed}}" ABSOLUTE)
        if(EXISTS "${path}" OR "${arg_${needed}}" MATCHES "\\.(tflite|onnx|ya?ml)$")
            set(arg_${needed} "${path}")
        endif()
    endforeach()
    if(NOT arg_NAME)
        set(arg_NAME network)
    endif()
    if(NOT arg_OUT)
        set(arg_OUT "${CMAKE_CURRENT_BINARY_DIR}/${target}")
    endif()
    file(RELATIVE_PATH out "${CMAKE_BINARY_DIR}" "${arg_OUT}")
    set(asked "${arg_MODEL}" --board "${arg_BOARD}" --name ${arg_NAME})
    foreach(key OPTIMIZE IO_PLACEMENT STACK HEAP)
        if(DEFINED arg_${key})
            string(TOLOWER "--${key}" flag)
            string(REPLACE "_" "-" flag "${flag}")
            list(APPEND asked ${flag} "${arg_${key}}")
        endif()
    endforeach()
    if(arg_NO_FUSE)
        list(APPEND asked --no-fuse)
    endif()
    # Networks of the same firmware that this one is placed behind.
    set(place)
    foreach(key BESIDE IN_TURN)
        string(TOLOWER "--${key}" flag)
        string(REPLACE "_" "-" flag "${flag}")
        foreach(other IN LISTS arg_${key})
            get_target_property(info ${other} INGOT_info)
            file(RELATIVE_PATH info "${CMAKE_BINARY_DIR}" "${info}")
            list(APPEND place ${flag} "${info}")
        endforeach()
    endforeach()
    _ingot_parts(json ${asked} ${place} --out "${out}")
    _ingot_network(${target} "${json}")
    _ingot_kernels(kernels "${json}")
    foreach(other IN LISTS arg_BESIDE arg_IN_TURN)
        add_dependencies(${target}_compile ${other}_compile)
    endforeach()

    _ingot_list(folders "${json}" folders)
    _ingot_absolute(folders ${folders})
    _ingot_list(link_flags "${json}" link_flags)
    list(FILTER link_flags EXCLUDE REGEX "^-Wl,-T,")
    string(JSON script GET "${json}" script)
    _ingot_absolute(script "${script}")
    # As items to link, objects come behind the program's own under every generator: the order of all shells.
    set(objects $<TARGET_OBJECTS:${target}_network> $<TARGET_OBJECTS:${target}_runtime>)
    if(arg_STARTUP)
        list(APPEND objects $<TARGET_OBJECTS:${target}_startup>)
    endif()
    add_library(${target} INTERFACE)
    add_dependencies(${target} ${target}_generate)
    target_include_directories(${target} INTERFACE ${folders})
    target_link_libraries(${target} INTERFACE ${objects} ${kernels})
    target_link_options(${target} INTERFACE ${link_flags} "-Wl,-T,${script}")
    set_property(TARGET ${target} PROPERTY INTERFACE_LINK_DEPENDS "${script}")

    foreach(fact info board_file pools_file script model)
        string(JSON value GET "${json}" ${fact})
        _ingot_absolute(value "${value}")
        set_property(TARGET ${target} PROPERTY INGOT_${fact} "${value}")
    endforeach()
    _ingot_list(raws "${json}" raws)
    _ingot_absolute(raws ${raws})
    set_property(TARGET ${target} PROPERTY INGOT_raws "${raws}")
    set_property(TARGET ${target} PROPERTY INGOT_asked "${asked}")
    set_property(TARGET ${target} PROPERTY INGOT_out "${out}")
    set_property(TARGET ${target} PROPERTY INGOT_beside "${arg_BESIDE}")
    set_property(TARGET ${target} PROPERTY INGOT_in_turn "${arg_IN_TURN}")
    set_property(TARGET ${target} PROPERTY INGOT_startup "${arg_STARTUP}")
    set_property(TARGET ${target} PROPERTY INGOT_kernels "${kernels}")
    set_property(TARGET ${target} PROPERTY INGOT_link_flags "${link_flags}")
    add_custom_target(${target}_weights DEPENDS ${target}_generate)
endfunction()

# Steps that several networks of one firmware share: a linker script, and a header with their names.
# Sets <out>_script, <out>_stamps.
function(_ingot_shared out json folder infos)
    list(POP_FRONT infos first)
    set(others)
    set(all --in "c_infos=${first}")
    foreach(info IN LISTS infos)
        list(APPEND others --in "others=${info}")
        list(APPEND all --in "c_infos=${info}")
    endforeach()
    _ingot_list(arguments "${json}" steps linker_script arguments)
    list(TRANSFORM arguments REPLACE "^script=.*$" "script=${folder}/firmware.ld")
    add_custom_command(
        OUTPUT "${folder}/firmware.ld.stamp"
        BYPRODUCTS "${folder}/firmware.ld"
        COMMAND ${INGOT_COMMAND} ${arguments} ${others} --stamp "${folder}/firmware.ld.stamp"
                --depfile "${folder}/firmware.ld.d"
        DEPENDS "${first}" ${infos}
        DEPFILE "${folder}/firmware.ld.d"
        WORKING_DIRECTORY "${CMAKE_BINARY_DIR}"
        COMMENT "ingot linker_script: ${out}"
        VERBATIM)
    add_custom_command(
        OUTPUT "${folder}/ingot_networks.h.stamp"
        BYPRODUCTS "${folder}/ingot_networks.h"
        COMMAND ${INGOT_COMMAND} step networks_header ${all} --out "header=${folder}/ingot_networks.h"
                --stamp "${folder}/ingot_networks.h.stamp" --depfile "${folder}/ingot_networks.h.d"
        DEPENDS "${first}" ${infos}
        DEPFILE "${folder}/ingot_networks.h.d"
        WORKING_DIRECTORY "${CMAKE_BINARY_DIR}"
        COMMENT "ingot networks_header: ${out}"
        VERBATIM)
    set(${out}_script "${folder}/firmware.ld" PARENT_SCOPE)
    set(${out}_stamps "${folder}/firmware.ld.stamp" "${folder}/ingot_networks.h.stamp" PARENT_SCOPE)
endfunction()

# One target of several networks, in the order in which they were placed. What is there once goes by the first.
function(ingot_join target first)
    set(members ${first} ${ARGN})
    set(folder "${CMAKE_CURRENT_BINARY_DIR}/${target}")
    set(objects)
    set(generated)
    set(folders "${folder}")
    foreach(member IN LISTS members)
        foreach(fact info raws)
            get_target_property(value ${member} INGOT_${fact})
            list(APPEND ${fact}_all ${value})
        endforeach()
        list(APPEND objects $<TARGET_OBJECTS:${member}_network>)
        list(APPEND generated ${member}_generate)
        list(APPEND folders $<TARGET_PROPERTY:${member},INTERFACE_INCLUDE_DIRECTORIES>)
    endforeach()
    list(APPEND objects $<TARGET_OBJECTS:${first}_runtime>)
    get_target_property(startup ${first} INGOT_startup)
    if(startup)
        list(APPEND objects $<TARGET_OBJECTS:${first}_startup>)
    endif()
    foreach(fact asked out board_file pools_file kernels link_flags)
        get_target_property(${fact} ${first} INGOT_${fact})
    endforeach()
    _ingot_parts(json ${asked} --out "${out}")
    _ingot_shared(${target} "${json}" "${folder}" "${info_all}")
    add_custom_target(${target}_generate DEPENDS ${${target}_stamps})
    add_dependencies(${target}_generate ${generated})
    add_library(${target} INTERFACE)
    add_dependencies(${target} ${target}_generate)
    target_include_directories(${target} INTERFACE ${folders})
    target_link_libraries(${target} INTERFACE ${objects} ${kernels})
    target_link_options(${target} INTERFACE ${link_flags} "-Wl,-T,${${target}_script}")
    set_property(TARGET ${target} PROPERTY INTERFACE_LINK_DEPENDS "${${target}_script}")
    list(GET info_all 0 info)
    list(REMOVE_AT info_all 0)
    set_property(TARGET ${target} PROPERTY INGOT_info "${info}")
    set_property(TARGET ${target} PROPERTY INGOT_others "${info_all}")
    set_property(TARGET ${target} PROPERTY INGOT_raws "${raws_all}")
    set_property(TARGET ${target} PROPERTY INGOT_board_file "${board_file}")
    set_property(TARGET ${target} PROPERTY INGOT_pools_file "${pools_file}")
    set_property(TARGET ${target} PROPERTY INGOT_members "${members}")
endfunction()

function(ingot_check executable target)
    foreach(fact info board_file pools_file raws others)
        get_target_property(${fact} ${target} INGOT_${fact})
    endforeach()
    if(NOT others)
        set(others)
    endif()
    set(stem "${CMAKE_CURRENT_BINARY_DIR}/${executable}")
    set(raw_arguments)
    foreach(raw IN LISTS raws)
        list(APPEND raw_arguments --in "raws=${raw}")
    endforeach()
    foreach(other IN LISTS others)
        list(APPEND raw_arguments --in "others=${other}")
    endforeach()
    set(elf $<TARGET_FILE:${executable}>)
    add_custom_command(
        OUTPUT "${stem}.checked"
        BYPRODUCTS "${stem}_memory_map.txt" "${stem}_summary.json"
        COMMAND ${INGOT_COMMAND} step check_firmware --in "elf=${elf}" --in "c_info=${info}" ${raw_arguments}
                --in "board=${board_file}" --out "memory_map=${stem}_memory_map.txt"
                --out "summary=${stem}_summary.json" --stamp "${stem}.checked"
        DEPENDS ${executable} "${elf}" ${target}_generate ${raws} "${info}" "${board_file}" "${pools_file}"
        COMMENT "ingot check: ${executable}"
        VERBATIM)
    add_custom_command(
        OUTPUT "${stem}.binaries"
        BYPRODUCTS "${stem}.bin" "${stem}.hex"
        COMMAND ${INGOT_COMMAND} step binaries --in "elf=${elf}" --in "board=${board_file}"
                --out "binary=${stem}.bin" --out "hexfile=${stem}.hex" --stamp "${stem}.binaries"
        DEPENDS ${executable} "${elf}" "${board_file}"
        COMMENT "ingot binaries: ${executable}"
        VERBATIM)
    add_custom_target(${executable}_check ALL DEPENDS "${stem}.checked" "${stem}.binaries")
endfunction()

function(ingot_add_verify name target)
    get_target_property(members ${target} INGOT_members)
    set(app together)
    if(NOT members)
        set(members ${target})
        set(app validate)
    endif()
    set(networks)
    set(folders_all)
    set(infos)
    set(models)
    foreach(member IN LISTS members)
        foreach(fact asked out model board_file beside in_turn)
            get_target_property(${fact} ${member} INGOT_${fact})
        endforeach()
        set(place)
        foreach(other IN LISTS beside)
            list(APPEND place --beside "${info_${other}}")
        endforeach()
        foreach(other IN LISTS in_turn)
            list(APPEND place --in-turn "${info_${other}}")
        endforeach()
        _ingot_parts(json ${asked} ${place} --out "${out}/twin" --twin --app ${app})
        string(JSON info_${member} GET "${json}" info)
        _ingot_absolute(info "${info_${member}}")
        _ingot_list(folders "${json}" folders)
        _ingot_absolute(folders ${folders})
        if(NOT networks)
            set(first ${member})
            set(first_json "${json}")
            set(first_board "${board_file}")
        endif()
        _ingot_network(${member}_twin "${json}")
        foreach(other IN LISTS beside in_turn)
            add_dependencies(${member}_twin_compile ${other}_twin_compile)
        endforeach()
        list(APPEND networks ${member}_twin)
        list(APPEND folders_all ${folders})
        list(APPEND infos "${info}")
        list(APPEND models "${model}")
    endforeach()
    list(REMOVE_DUPLICATES folders_all)
    set(json "${first_json}")
    _ingot_kernels(kernels "${json}")
    set(generated)
    foreach(network IN LISTS networks)
        list(APPEND generated ${network}_generate)
    endforeach()
    if(app STREQUAL "together")
        set(folder "${CMAKE_CURRENT_BINARY_DIR}/${target}/twin")
        _ingot_shared(${target}_twin "${json}" "${folder}" "${infos}")
        set(script "${${target}_twin_script}")
        list(APPEND folders_all "${folder}")
        add_custom_target(${target}_twin_generate DEPENDS ${${target}_twin_stamps})
        add_dependencies(${target}_twin_generate ${generated})
        list(APPEND generated ${target}_twin_generate)
        set(check verify_together)
        set(key_info c_infos)
        set(key_model models)
    else()
        string(JSON script GET "${json}" script)
        _ingot_absolute(script "${script}")
        set(check verify)
        set(key_info c_info)
        set(key_model model)
    endif()
    set(compared)
    foreach(info model IN ZIP_LISTS infos models)
        list(APPEND compared --in "${key_info}=${info}" --in "${key_model}=${model}")
    endforeach()
    _ingot_list(link_flags "${json}" link_flags)
    list(FILTER link_flags EXCLUDE REGEX "^-Wl,-T,")
    set(firmware ${target}_twin_firmware)
    _ingot_list(application "${json}" application)
    _ingot_list(defines "${json}" defines)
    _ingot_list(flags "${json}" flags firmware)
    _ingot_absolute(application ${application})
    _ingot_maps(maps)
    add_executable(${firmware} EXCLUDE_FROM_ALL ${application})
    target_include_directories(${firmware} PRIVATE ${folders_all})
    target_compile_definitions(${firmware} PRIVATE ${defines})
    target_compile_options(${firmware} PRIVATE ${flags} ${maps})
    set_target_properties(${firmware} PROPERTIES LINKER_LANGUAGE C SUFFIX ".elf" LINK_DEPENDS "${script}")
    add_dependencies(${firmware} ${generated})
    set(objects)
    foreach(network IN LISTS networks)
        list(APPEND objects $<TARGET_OBJECTS:${network}_network>)
    endforeach()
    target_link_libraries(${firmware} PRIVATE ${objects}
        $<TARGET_OBJECTS:${first}_twin_runtime> $<TARGET_OBJECTS:${first}_twin_startup> ${kernels})
    target_link_options(${firmware} PRIVATE ${link_flags} "-Wl,-T,${script}")
    add_custom_target(${name}
        COMMAND ${INGOT_COMMAND} step ${check} --in "elf=$<TARGET_FILE:${firmware}>" ${compared}
                --in "board=${first_board}"
        DEPENDS ${firmware}
        USES_TERMINAL
        VERBATIM)
    add_dependencies(${name} ${firmware})
endfunction()
