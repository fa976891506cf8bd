# SPDX-License-Identifier: Apache-2.0
# inferpool_python, where a Python to embed (3.9 or newer) and the headers of pybind11 are found. It is
# the system's rather than the first on PATH: the one that Debian's packages of Python are for.

find_program(INFERPOOL_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH
             DOC "The Python that inferpool-python embeds")
find_program(INFERPOOL_PYTHON python3)
find_path(PYBIND11_INCLUDE_DIR pybind11/embed.h)
mark_as_advanced(PYBIND11_INCLUDE_DIR)

if(INFERPOOL_PYTHON AND PYBIND11_INCLUDE_DIR)
  set(Python_EXECUTABLE ${INFERPOOL_PYTHON})
  set(Python_FIND_VIRTUALENV STANDARD)
  find_package(Python 3.9 QUIET COMPONENTS Interpreter Development.Embed)
endif()

if(TARGET Python::Python)
  add_library(inferpool_python INTERFACE)
  target_include_directories(inferpool_python SYSTEM INTERFACE ${PYBIND11_INCLUDE_DIR})
  target_compile_definitions(inferpool_python INTERFACE INFERPOOL_PYTHON="${INFERPOOL_PYTHON}")
  # As pybind11 wants its types to be, and those that hold them.
  target_compile_options(inferpool_python INTERFACE -fvisibility=hidden)
  target_link_libraries(inferpool_python INTERFACE Python::Python)
endif()
