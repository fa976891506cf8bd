// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::runtimes {

// A hash of the headers that program and modules share, and of how they are compiled. What defines
// it is written when inferpool is built, by backend_stamp.cmake.
extern const char kBackendStamp[];

}  // namespace inferpool::runtimes
