// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

// Describes the network of any ONNX file, runs it in a pool of two workers and prints the outputs.
// `inputs`: "name=file.npy", or "file.npy" if the network has one input. An input without a file
// becomes zeros, with 1 for each free size. Returns the exit status; throws as a pool does.
int run_other_network(const std::filesystem::path& file, const std::vector<std::string>& inputs);
