// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::detail {

// A handler throws it when it had no memory to pass on its result, and has kept the result: the
// pool calls the handler once more, a little later.
struct DeliverLater {};

}  // namespace inferpool::detail
