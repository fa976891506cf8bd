// SPDX-License-Identifier: Apache-2.0
#include "ipc/spin.hpp"

namespace inferpool::ipc {

std::atomic<int> SpinBudget::spinners_{0};

}  // namespace inferpool::ipc
