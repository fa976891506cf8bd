// SPDX-License-Identifier: Apache-2.0
#include "ipc/host_ring.hpp"

#include "ipc/host_ring_body.hpp"

namespace inferpool::ipc {

template class BasicHostRing<SharedWords>;

}  // namespace inferpool::ipc
