# SPDX-License-Identifier: Apache-2.0
# opencv::dnn, where OpenCV 4.5 or newer is found with its DNN module. Not by its own package file: Debian
# has that in a package of all of OpenCV.

find_path(OPENCV_INCLUDE_DIR opencv2/dnn.hpp PATH_SUFFIXES opencv4)
find_library(OPENCV_CORE_LIBRARY opencv_core)
find_library(OPENCV_DNN_LIBRARY opencv_dnn)
mark_as_advanced(OPENCV_INCLUDE_DIR OPENCV_CORE_LIBRARY OPENCV_DNN_LIBRARY)

inferpool_header_version(opencv_version "${OPENCV_INCLUDE_DIR}/opencv2/core/version.hpp" CV_VERSION_)
if(OPENCV_CORE_LIBRARY AND OPENCV_DNN_LIBRARY AND opencv_version VERSION_GREATER_EQUAL 4.5)
  add_library(opencv::core UNKNOWN IMPORTED)
  set_target_properties(
    opencv::core PROPERTIES IMPORTED_LOCATION ${OPENCV_CORE_LIBRARY}
                            INTERFACE_INCLUDE_DIRECTORIES ${OPENCV_INCLUDE_DIR})
  add_library(opencv::dnn UNKNOWN IMPORTED)
  set_target_properties(
    opencv::dnn PROPERTIES IMPORTED_LOCATION ${OPENCV_DNN_LIBRARY}
                           INTERFACE_LINK_LIBRARIES opencv::core)
endif()
