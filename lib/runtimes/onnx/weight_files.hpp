// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "runtimes/onnx/external_tensor.hpp"

namespace inferpool::runtimes {

// The files beside a network that hold its weights. A network may be anybody's, so only files in
// its folder are read: the folder that its path names, or, where it is a symbolic link, also the
// one that this leads to.
class WeightFiles {
 public:
  explicit WeightFiles(const std::filesystem::path& network);

  // Throws NetworkError that names tensor and file, where there is no such file, where it lies
  // elsewhere, and where it is too short.
  void check(const ExternalTensor& tensor) const;

  // Appends the bytes of the tensor, of which check() has approved; throws as it does.
  void append(const ExternalTensor& tensor, std::string& to) const;

 private:
  [[nodiscard]] std::filesystem::path path_of(const ExternalTensor& tensor) const;

  std::filesystem::path folder_;
  std::filesystem::path real_folder_;          // without symbolic links
  std::filesystem::path real_folder_of_file_;  // of the file that a link leads to
};

}  // namespace inferpool::runtimes
