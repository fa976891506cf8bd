# SPDX-License-Identifier: Apache-2.0
# onnxruntime::onnxruntime, where ONNX Runtime's C API is found: header and library, as its releases have
# them; -DCMAKE_PREFIX_PATH=<folder of a release> says where that is.

find_path(ONNXRUNTIME_INCLUDE_DIR onnxruntime_c_api.h
          PATH_SUFFIXES onnxruntime onnxruntime/core/session)
find_library(ONNXRUNTIME_LIBRARY onnxruntime)
mark_as_advanced(ONNXRUNTIME_INCLUDE_DIR ONNXRUNTIME_LIBRARY)

if(ONNXRUNTIME_INCLUDE_DIR AND ONNXRUNTIME_LIBRARY)
  add_library(onnxruntime::onnxruntime UNKNOWN IMPORTED)
  set_target_properties(
    onnxruntime::onnxruntime PROPERTIES IMPORTED_LOCATION ${ONNXRUNTIME_LIBRARY}
                                        INTERFACE_INCLUDE_DIRECTORIES ${ONNXRUNTIME_INCLUDE_DIR})
endif()
