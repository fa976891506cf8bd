# SPDX-License-Identifier: Apache-2.0
# Defines inferpool_python if a Python to embed (3.9 or newer) and the headers of pybind11 are found. It
# prefers the system's Python to the first one on PATH, since Debian's Python packages are for that one.

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

# Plain Python runs faster in the static library than in the shared one: by 6 % in features such as those of
# examples/python. Debian's python3 does not use the shared one either. Sanitizers recognise the shared one
# by its name.
option(INFERPOOL_PYTHON_STATIC "Link inferpool-python with Python's static library, where it can be" ON)
mark_as_advanced(INFERPOOL_PYTHON_STATIC)

# inferpool_find_static_python(<result>): what to link, or empty. The executable gets all of Python's
# functions, since extension modules look for them there.
function(inferpool_find_static_python result)
  execute_process(
    COMMAND ${INFERPOOL_PYTHON} -c "from sysconfig import get_config_var as v\n\
print(v('LIBPL') + '/' + v('LIBRARY'), *(v(n) or '' for n in ('MODLIBS', 'LIBS', 'SYSLIBS')), sep=';')"
    OUTPUT_VARIABLE found ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  list(POP_FRONT found archive)
  if(NOT EXISTS "${archive}")
    return()
  endif()
  list(JOIN found " " libraries)
  separate_arguments(libraries)
  list(REMOVE_DUPLICATES libraries)
  set(link -no-pie -Wl,--export-dynamic "-Wl,--whole-archive,${archive},--no-whole-archive" ${libraries})
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_INCLUDES ${Python_INCLUDE_DIRS})
  set(CMAKE_REQUIRED_LIBRARIES ${link} Threads::Threads)
  check_cxx_source_compiles("#include <Python.h>\nint main() { Py_Initialize(); }" INFERPOOL_STATIC_PYTHON_LINKS)
  if(INFERPOOL_STATIC_PYTHON_LINKS)
    set(${result} ${link} PARENT_SCOPE)
  endif()
endfunction()

if(TARGET Python::Python)
  set(python_link)
  if(INFERPOOL_PYTHON_STATIC AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    inferpool_find_static_python(python_link)
  endif()
  if(NOT python_link)
    set(python_link Python::Python)
  endif()
  add_library(inferpool_python INTERFACE)
  target_include_directories(
    inferpool_python SYSTEM INTERFACE ${Python_INCLUDE_DIRS} ${PYBIND11_INCLUDE_DIR})
  target_compile_definitions(inferpool_python INTERFACE INFERPOOL_PYTHON="${INFERPOOL_PYTHON}")
  # pybind11 needs hidden visibility for its types and for types that contain them.
  target_compile_options(inferpool_python INTERFACE -fvisibility=hidden)
  target_link_libraries(inferpool_python INTERFACE ${python_link})
endif()
