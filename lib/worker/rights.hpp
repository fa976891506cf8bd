// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::worker {

// Where the process has rights of root (capabilities), the calling thread and those that it starts
// keep the ones for files, locked memory, priorities and limits, and give up the others for good:
// among them those to look into any process. Throws std::runtime_error where the system refuses.
void drop_rights();

}  // namespace inferpool::worker
