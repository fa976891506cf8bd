// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::worker {

// If the process has rights of root (capabilities), the calling thread and those that it starts
// keep the rights for files, locked memory and priorities. They give up the others for good, such
// as the right to look into any process. Throws std::runtime_error if the system refuses.
void drop_rights();

}  // namespace inferpool::worker
