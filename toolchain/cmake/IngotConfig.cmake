# find_package(Ingot): neural networks as targets. See docs/cmake.md.
#
#   ingot_add_model(<target> MODEL <file|name> BOARD <name|path> [NAME <C name>] [OUT <folder>]
#                   [OPTIMIZE balanced|ram|speed] [NO_FUSE] [IO_PLACEMENT activations|application]
#                   [STACK <bytes>] [HEAP <bytes>] [STARTUP])
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
    cmake_parse_arguments(PARSE_ARGV 1 arg "NO_FUSE;STARTUP" "MODEL;BOARD;NAME;OUT;OPTIMIZE;IO_PLACEMENT;STACK;HEAP" "")
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
    _ingot_parts(json ${asked} --out "${out}")
    _ingot_network(${target} "${json}")
    _ingot_kernels(kernels "${json}")

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
    add_custom_target(${target}_weights DEPENDS ${target}_generate)
endfunction()

function(ingot_check executable target)
    foreach(fact info board_file pools_file raws)
        get_target_property(${fact} ${target} INGOT_${fact})
    endforeach()
    set(stem "${CMAKE_CURRENT_BINARY_DIR}/${executable}")
    set(raw_arguments)
    foreach(raw IN LISTS raws)
        list(APPEND raw_arguments --in "raws=${raw}")
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
    get_target_property(asked ${target} INGOT_asked)
    get_target_property(out ${target} INGOT_out)
    get_target_property(model ${target} INGOT_model)
    get_target_property(board_file ${target} INGOT_board_file)
    _ingot_parts(json ${asked} --out "${out}/twin" --twin --app validate)
    _ingot_network(${target}_twin "${json}")
    _ingot_kernels(kernels "${json}")
    foreach(fact info script)
        string(JSON ${fact} GET "${json}" ${fact})
        _ingot_absolute(${fact} "${${fact}}")
    endforeach()
    _ingot_list(link_flags "${json}" link_flags)
    list(FILTER link_flags EXCLUDE REGEX "^-Wl,-T,")
    set(firmware ${target}_twin_firmware)
    _ingot_list(application "${json}" application)
    _ingot_list(folders "${json}" folders)
    _ingot_list(defines "${json}" defines)
    _ingot_list(flags "${json}" flags firmware)
    _ingot_absolute(application ${application})
    _ingot_absolute(folders ${folders})
    _ingot_maps(maps)
    add_executable(${firmware} EXCLUDE_FROM_ALL ${application})
    target_include_directories(${firmware} PRIVATE ${folders})
    target_compile_definitions(${firmware} PRIVATE ${defines})
    target_compile_options(${firmware} PRIVATE ${flags} ${maps})
    set_target_properties(${firmware} PROPERTIES LINKER_LANGUAGE C SUFFIX ".elf" LINK_DEPENDS "${script}")
    add_dependencies(${firmware} ${target}_twin_generate)
    target_link_libraries(${firmware} PRIVATE $<TARGET_OBJECTS:${target}_twin_network>
        $<TARGET_OBJECTS:${target}_twin_runtime> $<TARGET_OBJECTS:${target}_twin_startup> ${kernels})
    target_link_options(${firmware} PRIVATE ${link_flags} "-Wl,-T,${script}")
    add_custom_target(${name}
        COMMAND ${INGOT_COMMAND} step verify --in "elf=$<TARGET_FILE:${firmware}>" --in "c_info=${info}"
                --in "model=${model}" --in "board=${board_file}"
        DEPENDS ${firmware}
        USES_TERMINAL
        VERBATIM)
    add_dependencies(${name} ${firmware})
endfunction()
