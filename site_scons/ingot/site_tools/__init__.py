"""The folder for SCons's toolpath: `toolpath=[PyPackageDir("ingot.site_tools")]`."""
