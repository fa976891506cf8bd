# SPDX-License-Identifier: Apache-2.0
# Only lib/ uses these dependencies: a project that links an installed inferpool needs none but the threads.

if(POLICY CMP0167)
  cmake_policy(SET CMP0167 NEW) # use Boost's own package file: CMake's FindBoost was removed
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)

# The dependencies of the bundled workers. A worker is left out if its own is missing.
if(INFERPOOL_BUILD_RUNTIMES)
  include(${CMAKE_CURRENT_LIST_DIR}/header_version.cmake)
  include(${CMAKE_CURRENT_LIST_DIR}/find_onnxruntime.cmake)
  include(${CMAKE_CURRENT_LIST_DIR}/find_opencv_dnn.cmake)
  include(${CMAKE_CURRENT_LIST_DIR}/find_python.cmake)
  include(${CMAKE_CURRENT_LIST_DIR}/find_xgboost.cmake)
endif()

# The include folders for the sources of lib/: lib/ itself and the headers of the dependencies. Link it
# PRIVATE and inside $<BUILD_INTERFACE:...>, so that the installed package does not ask for it.
add_library(inferpool_private INTERFACE)
target_include_directories(inferpool_private INTERFACE ${PROJECT_SOURCE_DIR}/lib)
target_include_directories(
  inferpool_private SYSTEM
  INTERFACE $<TARGET_PROPERTY:fmt::fmt-header-only,INTERFACE_INCLUDE_DIRECTORIES>)
target_link_libraries(inferpool_private INTERFACE Boost::headers nlohmann_json::nlohmann_json)
