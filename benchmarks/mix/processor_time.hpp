// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <span>

namespace bench {

// The seconds of processor time that this process and these others have used so far. One that has
// ended counts nothing.
[[nodiscard]] double processor_seconds(std::span<const pid_t> others);

}  // namespace bench
