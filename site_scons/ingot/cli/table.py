# SPDX-License-Identifier: Apache-2.0
"""The verbs of `ingot`. A new verb is a row here and a function with the decorator of ingot.cli.verb in a module."""

from __future__ import annotations

from collections.abc import Mapping

#: Title of `ingot --help` -> name -> (module:function, its text there), in the order in which they are needed.
SECTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Begin": {
        "doctor": ("ingot.cli.doctor:doctor", "Show what is installed and what works with it."),
        "new": ("ingot.cli.new:new", "Begin a project around a model's file."),
        "boards": ("ingot.cli.new:boards", "List the boards."),
        "models": ("ingot.cli.new:models", "List the models."),
        "ports": ("ingot.cli.new:ports", "List the serial ports."),
        "adopt": ("ingot.cli.adopt:adopt", "Look at an existing repository: which lines would bring Ingot in."),
    },
    "Look at a model": {
        "info": ("ingot.cli.network:info", "Show what MODEL consists of."),
        "evaluate": ("ingot.cli.evaluate:evaluate", "Show how often MODEL is right on labelled data, beside LiteRT."),
        "quantize": ("ingot.cli.quantize:quantize", "Quantize a float MODEL with calibration data."),
        "compile": ("ingot.cli.network:compile", "Compile MODEL to network.c and its weights."),
        "operators": ("ingot.cli.network:operators", "List the operators that the built-in compiler knows."),
        "explore": ("ingot.cli.network:explore", "Show what less RAM costs MODEL in instructions."),
    },
    "Build and run": {
        "build": ("ingot.cli.shells:build_verb", "Build MODEL for a board with Ninja."),
        "run": ("ingot.cli.shells:run_verb", "Run MODEL on the board's twin: what it says about --input."),
        "flash": ("ingot.cli.board:flash", "Write firmware and weights to a board."),
        "monitor": ("ingot.cli.new:monitor", "Print what the board on a serial port says."),
        "watch": ("ingot.cli.board:watch", "Build again whenever the model or the board changes."),
        "bench": ("ingot.cli.project:bench", "Measure every model of FOLDER on the board's twin."),
        "fleet": ("ingot.cli.shells:fleet", "Build and verify every entry of a fleet.yaml."),
        "options": ("ingot.cli.network:options", "List the options of a build."),
    },
    "Beside the build": {
        "report": ("ingot.cli.network:report", "Show where a network's memory and time go."),
        "validate": ("ingot.cli.board:validate", "Compare what a board computes with LiteRT."),
        "sbom": ("ingot.cli.sbom:sbom", "Write a bill of materials of a firmware (SPDX)."),
        "sign": ("ingot.cli.board:sign", "Put the STM32N6 boot header in front of BINARY (a firmware.bin)."),
        "cache": ("ingot.cli.cache:cache", "The cache of compiled networks (its folder: INGOT_CACHE)."),
    },
    "Boards, images, updates": {
        "board": ("ingot.cli.board:board", "Boards of your own."),
        "image": ("ingot.cli.image:image", "Look at, check, sign relocatable images."),
        "load-and-run": ("ingot.cli.board:load_and_run", "Install and run a relocatable IMAGE."),
        "update": ("ingot.cli.update:update", "Replace models in the field: make, verify, choose and send packages."),
    },
    "Other build systems and applications": {
        "ninja": ("ingot.cli.shells:ninja", "Write a build.ninja for MODEL on a board."),
        "cmake-dir": ("ingot.cli.shells:cmake_dir", "Print the folder for CMake's Ingot_DIR."),
        "make-dir": ("ingot.cli.shells:make_dir", "Print the folder of ingot.mk."),
        "csolution": ("ingot.cli.modules:csolution", "Write MODEL as a layer of CMSIS-Toolbox."),
        "zephyr": ("ingot.cli.modules:zephyr", "Write MODEL as a module of Zephyr."),
        "h747": ("ingot.cli.h747:h747", "ST's application for STM32H747I-DISCO: camera and buffers for a network."),
        "npu": ("ingot.cli.npu:npu", "Builds of ST's compiler for the Neural-ART NPU: decoded, proven, compared."),
    },
    "For build files": {
        "app-config": ("ingot.cli.network:app_config", "Write app_config.h for MODEL."),
        "check": ("ingot.cli.network:check", "Prove on a linked firmware that nothing overlaps and everything fits."),
        "cmake-network": ("ingot.cli.shells:cmake_network", "Write the rules of ingot_add_model (for CMake)."),
        "cmake-program": ("ingot.cli.shells:cmake_program", "Write the rules around a program (for CMake)."),
        "emulate": ("ingot.cli.twin:emulate", "Run a built network once on the board's twin in QEMU."),
        "linker-script": ("ingot.cli.network:linker_script", "Write the linker script."),
        "make-rules": ("ingot.cli.shells:make_rules", "Write the rules that ingot.mk includes (for Make)."),
        "step": ("ingot.cli.step:step", "Run one step of a build; build files are full of these."),
        "verify": ("ingot.cli.twin:verify", "Compare a built twin's outputs with LiteRT's, byte for byte."),
    },
}
VERBS: Mapping[str, tuple[str, str]] = {name: row for section in SECTIONS.values() for name, row in section.items()}
