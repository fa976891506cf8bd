// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

// Describes the network of any ONNX file, runs it in a pool of two workers and prints what comes
// out. `inputs`: "name=file.npy", or "file.npy" where the network has one input; an input without a
// file is zeros, with 1 for each size that is free. Returns the exit status; throws what a pool
// throws.
int run_other_network(const std::filesystem::path& file, const std::vector<std::string>& inputs);
