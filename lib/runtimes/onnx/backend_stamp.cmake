# SPDX-License-Identifier: Apache-2.0
# Writes OUTPUT, the source file of kBackendStamp, from HEADERS (files, separated by commas) and the text FLAGS.
cmake_minimum_required(VERSION 3.25)

string(REPLACE "," ";" headers "${HEADERS}")
set(sums "${FLAGS}")
foreach(header IN LISTS headers)
  file(SHA256 ${header} sum)
  string(APPEND sums " ${sum}")
endforeach()
string(SHA256 stamp "${sums}")
file(WRITE ${OUTPUT}
"// SPDX-License-Identifier: Apache-2.0
#include \"runtimes/onnx/backend_stamp.hpp\"

namespace inferpool::runtimes {

const char kBackendStamp[] =
    \"${stamp}\";

}  // namespace inferpool::runtimes
")
