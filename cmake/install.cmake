# SPDX-License-Identifier: Apache-2.0
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/inferpool)

install(
  TARGETS inferpool_core inferpool inferpool_worker
  EXPORT inferpoolTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(INFERPOOL_BUILD_TOOLS)
  install(TARGETS inferpool-advise inferpool-run RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(INFERPOOL_RUNTIMES)
  install(TARGETS ${INFERPOOL_RUNTIMES}
          RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/inferpool)
endif()
if(INFERPOOL_RUNTIME_MODULES)
  install(TARGETS ${INFERPOOL_RUNTIME_MODULES}
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/inferpool)
endif()
install(
  EXPORT inferpoolTargets
  NAMESPACE inferpool::
  DESTINATION ${package_dir})

set(inferpool_libexec ${CMAKE_INSTALL_LIBEXECDIR}/inferpool)
configure_package_config_file(
  cmake/inferpoolConfig.cmake.in ${PROJECT_BINARY_DIR}/inferpoolConfig.cmake
  INSTALL_DESTINATION ${package_dir}
  PATH_VARS inferpool_libexec
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/inferpoolConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(
  FILES ${PROJECT_BINARY_DIR}/inferpoolConfig.cmake
        ${PROJECT_BINARY_DIR}/inferpoolConfigVersion.cmake cmake/inferpool_add_worker.cmake
  DESTINATION ${package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
