# SPDX-License-Identifier: Apache-2.0
# Defines opencv::dnn if OpenCV 4.6 is found with its DNN module. The table of trusted forms
# (lib/runtimes/onnx/trusted_forms.cpp) was proven with that version; OpenCV 4.10 crashes in some of these
# forms. OpenCV's own package file is not used: Debian ships it only in a package of all of OpenCV.

find_path(OPENCV_INCLUDE_DIR opencv2/dnn.hpp PATH_SUFFIXES opencv4)
find_library(OPENCV_CORE_LIBRARY opencv_core)
find_library(OPENCV_DNN_LIBRARY opencv_dnn)
mark_as_advanced(OPENCV_INCLUDE_DIR OPENCV_CORE_LIBRARY OPENCV_DNN_LIBRARY)

inferpool_header_version(opencv_version "${OPENCV_INCLUDE_DIR}/opencv2/core/version.hpp" CV_VERSION_)
if(opencv_version AND NOT opencv_version MATCHES "^4[.]6([.]|$)")
  message(STATUS "inferpool: OpenCV ${opencv_version} is left out: what it computes right was proven with 4.6 only;"
                 " ONNX networks need ONNX Runtime (libonnxruntime-dev, or INFERPOOL_ONNXRUNTIME_DIR)")
elseif(OPENCV_CORE_LIBRARY AND OPENCV_DNN_LIBRARY AND opencv_version)
  add_library(opencv::core UNKNOWN IMPORTED)
  set_target_properties(
    opencv::core PROPERTIES IMPORTED_LOCATION ${OPENCV_CORE_LIBRARY}
                            INTERFACE_INCLUDE_DIRECTORIES ${OPENCV_INCLUDE_DIR})
  add_library(opencv::dnn UNKNOWN IMPORTED)
  set_target_properties(
    opencv::dnn PROPERTIES IMPORTED_LOCATION ${OPENCV_DNN_LIBRARY}
                           INTERFACE_LINK_LIBRARIES opencv::core)
endif()
