# SPDX-License-Identifier: Apache-2.0
# Defines onnxruntime::onnxruntime if ONNX Runtime 1.11 or newer is found with its C API: where Debian 13
# installs it (libonnxruntime-dev), or in the folder of a release that INFERPOOL_ONNXRUNTIME_DIR or
# CMAKE_PREFIX_PATH names.

set(INFERPOOL_ONNXRUNTIME_DIR "" CACHE PATH "Folder of a release of ONNX Runtime: include/ and lib/ are in it")
# If a folder is named, only that one is searched.
set(places)
if(INFERPOOL_ONNXRUNTIME_DIR)
  set(places PATHS ${INFERPOOL_ONNXRUNTIME_DIR} NO_DEFAULT_PATH)
  # The cache still has what was found in another folder.
  if(NOT ONNXRUNTIME_FOUND_IN STREQUAL INFERPOOL_ONNXRUNTIME_DIR)
    unset(ONNXRUNTIME_INCLUDE_DIR CACHE)
    unset(ONNXRUNTIME_LIBRARY CACHE)
  endif()
endif()
set(ONNXRUNTIME_FOUND_IN "${INFERPOOL_ONNXRUNTIME_DIR}" CACHE INTERNAL "")
find_path(ONNXRUNTIME_INCLUDE_DIR onnxruntime_c_api.h ${places}
          PATH_SUFFIXES include onnxruntime include/onnxruntime onnxruntime/core/session
                        include/onnxruntime/core/session)
find_library(ONNXRUNTIME_LIBRARY onnxruntime ${places} PATH_SUFFIXES lib lib64)
mark_as_advanced(ONNXRUNTIME_INCLUDE_DIR ONNXRUNTIME_LIBRARY)

# "#define ORT_API_VERSION 21" is in the header of 1.21.
set(onnxruntime_version 0)
if(ONNXRUNTIME_INCLUDE_DIR)
  file(STRINGS ${ONNXRUNTIME_INCLUDE_DIR}/onnxruntime_c_api.h line REGEX "^#define ORT_API_VERSION +[0-9]+")
  string(REGEX REPLACE "^.* ([0-9]+).*$" "\\1" onnxruntime_version "${line}")
endif()
if(ONNXRUNTIME_LIBRARY AND onnxruntime_version GREATER_EQUAL 11)
  add_library(onnxruntime::onnxruntime UNKNOWN IMPORTED)
  set_target_properties(
    onnxruntime::onnxruntime PROPERTIES IMPORTED_LOCATION ${ONNXRUNTIME_LIBRARY}
                                        INTERFACE_INCLUDE_DIRECTORIES ${ONNXRUNTIME_INCLUDE_DIR})
elseif(INFERPOOL_ONNXRUNTIME_DIR)
  message(FATAL_ERROR "inferpool: in ${INFERPOOL_ONNXRUNTIME_DIR} (INFERPOOL_ONNXRUNTIME_DIR) there is no ONNX"
                      " Runtime 1.11 or newer: include/onnxruntime_c_api.h and lib/libonnxruntime.so")
endif()
