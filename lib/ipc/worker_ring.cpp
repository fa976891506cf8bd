// SPDX-License-Identifier: Apache-2.0
#include "ipc/worker_ring.hpp"

#include "ipc/worker_ring_body.hpp"

namespace inferpool::ipc {

template class BasicWorkerRing<SharedWords>;

}  // namespace inferpool::ipc
