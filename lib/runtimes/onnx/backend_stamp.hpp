// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::runtimes {

// A hash of the headers that program and modules share, and of the compiler and its flags. The
// build writes the definition with backend_stamp.cmake.
extern const char kBackendStamp[];

}  // namespace inferpool::runtimes
