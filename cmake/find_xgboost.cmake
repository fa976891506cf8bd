# SPDX-License-Identifier: Apache-2.0
# Defines xgboost::xgboost if XGBoost 1.6 (the first that reads UBJ) or newer is found. XGBoost's own package
# file is not used: Debian's refers to a program of another package.

find_path(XGBOOST_INCLUDE_DIR xgboost/c_api.h)
find_library(XGBOOST_LIBRARY xgboost)
mark_as_advanced(XGBOOST_INCLUDE_DIR XGBOOST_LIBRARY)

inferpool_header_version(xgboost_version "${XGBOOST_INCLUDE_DIR}/xgboost/version_config.h" XGBOOST_VER_)
if(XGBOOST_LIBRARY AND xgboost_version VERSION_GREATER_EQUAL 1.6)
  add_library(xgboost::xgboost UNKNOWN IMPORTED)
  set_target_properties(
    xgboost::xgboost PROPERTIES IMPORTED_LOCATION ${XGBOOST_LIBRARY}
                                INTERFACE_INCLUDE_DIRECTORIES ${XGBOOST_INCLUDE_DIR})
endif()
