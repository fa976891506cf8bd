// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "runtimes/onnx/external_tensor.hpp"

namespace inferpool::runtimes {

// The files beside a network that hold its weights. Networks are untrusted, so only files in the
// network's folder are read: the folder of its path and, if the path is a symbolic link, also the
// folder of the link's target.
class WeightFiles {
 public:
  explicit WeightFiles(const std::filesystem::path& network);

  // Throws NetworkError that names tensor and file if the file does not exist, is in another folder
  // or is too short.
  void check(const ExternalTensor& tensor) const;

  // Appends the bytes of the tensor, which check() accepted before; throws as it does.
  void append(const ExternalTensor& tensor, std::string& to) const;

 private:
  [[nodiscard]] std::filesystem::path path_of(const ExternalTensor& tensor) const;

  std::filesystem::path folder_;
  std::filesystem::path real_folder_;          // without symbolic links
  std::filesystem::path real_folder_of_file_;  // of the target if the network is a link
};

}  // namespace inferpool::runtimes
