// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/settings.hpp>

#include <string_view>
#include <vector>

#include "ipc/segment.hpp"
#include "pool/processes/surroundings.hpp"
#include "pool/processes/worker_binary.hpp"
#include "process/spawn.hpp"

namespace inferpool::pool::processes {

// Makes the program of the worker with this index out of the settings: arguments, environment,
// limits. `kept` and `output` are the child's descriptors.
[[nodiscard]] process::Program make_program(const Settings& settings, const WorkerBinary& binary,
                                            const Surroundings& surroundings, int index, int kept,
                                            int output);

// The CPUs that cpu_affinity names for all workers together; none: they run where the host runs.
[[nodiscard]] std::vector<int> cpus_of_workers(const Settings& settings);

// How many processors this process and its workers may use together.
[[nodiscard]] int processors_of_pool(const Settings& settings);

// Puts packed settings into memory that a worker can map.
[[nodiscard]] ipc::MemoryFile settings_file(std::string_view bytes);

}  // namespace inferpool::pool::processes
