// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::detail {

// What a handler throws that could not pass on its result for want of memory, and has kept it: it
// is called once more, a little later.
struct TellAgain {};

}  // namespace inferpool::detail
