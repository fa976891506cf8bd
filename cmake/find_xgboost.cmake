# SPDX-License-Identifier: Apache-2.0
# xgboost::xgboost, where XGBoost 1.6 (the first that reads UBJ) or newer is found. Not by its own package
# file: Debian's refers to a program of another package.

find_path(XGBOOST_INCLUDE_DIR xgboost/c_api.h)
find_library(XGBOOST_LIBRARY xgboost)
mark_as_advanced(XGBOOST_INCLUDE_DIR XGBOOST_LIBRARY)

set(xgboost_version 0)
if(XGBOOST_INCLUDE_DIR AND XGBOOST_LIBRARY)
  file(STRINGS ${XGBOOST_INCLUDE_DIR}/xgboost/version_config.h numbers
       REGEX "^#define XGBOOST_VER_(MAJOR|MINOR) +[0-9]+")
  list(TRANSFORM numbers REPLACE "^.* ([0-9]+).*$" "\\1")
  list(JOIN numbers "." xgboost_version)
endif()

if(xgboost_version VERSION_GREATER_EQUAL 1.6)
  add_library(xgboost::xgboost UNKNOWN IMPORTED)
  set_target_properties(
    xgboost::xgboost PROPERTIES IMPORTED_LOCATION ${XGBOOST_LIBRARY}
                                INTERFACE_INCLUDE_DIRECTORIES ${XGBOOST_INCLUDE_DIR})
endif()
