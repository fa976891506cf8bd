// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/weight_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <system_error>

#include "runtimes/onnx/network.hpp"

namespace inferpool::runtimes {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const ExternalTensor& tensor, const std::string& why) {
  throw NetworkError(fmt::format("the weights \"{}\" lie in the file \"{}\" beside it, {}",
                                 tensor.name, tensor.location.c_str(), why));
}

[[noreturn]] void refuse_place(const ExternalTensor& tensor) {
  refuse(tensor,
         "which is outside the folder of the network; accepted: a relative path that stays in it");
}

bool is_below(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

}  // namespace

WeightFiles::WeightFiles(const fs::path& network) : folder_(network.parent_path()) {
  if (folder_.empty()) folder_ = ".";
  std::error_code ignored;  // after a failure no file is below the folder
  real_folder_ = fs::canonical(folder_, ignored);
  real_folder_of_file_ = fs::canonical(network, ignored).parent_path();
}

fs::path WeightFiles::path_of(const ExternalTensor& tensor) const {
  const fs::path location = tensor.location;
  const bool climbs = std::ranges::find(location, fs::path("..")) != location.end();
  if (location.is_absolute() || climbs || tensor.location.find('\0') != std::string::npos) {
    refuse_place(tensor);
  }
  std::error_code failed;
  fs::path path = fs::canonical(folder_ / location, failed);
  if (failed) refuse(tensor, fmt::format("which cannot be read: {}", failed.message()));
  if (!is_below(path, real_folder_) && !is_below(path, real_folder_of_file_)) {
    refuse_place(tensor);
  }
  return path;
}

void WeightFiles::check(const ExternalTensor& tensor) const {
  const fs::path path = path_of(tensor);
  std::error_code failed;
  if (!fs::is_regular_file(path, failed)) refuse(tensor, "which is not an ordinary file");
  const std::uintmax_t size = fs::file_size(path, failed);
  if (failed) refuse(tensor, fmt::format("which cannot be read: {}", failed.message()));
  if (tensor.offset > size || tensor.length > size - tensor.offset) {
    refuse(tensor, fmt::format("which has {} bytes where they need {} from byte {} on: it is cut "
                               "off, or of another network",
                               size, tensor.length, tensor.offset));
  }
}

void WeightFiles::append(const ExternalTensor& tensor, std::string& to) const {
  const std::size_t before = to.size();
  to.resize(before + tensor.length);
  std::ifstream in(path_of(tensor), std::ios::binary);
  in.seekg(static_cast<std::streamoff>(tensor.offset));
  in.read(to.data() + before, static_cast<std::streamsize>(tensor.length));
  if (!in) refuse(tensor, "which cannot be read");
}

}  // namespace inferpool::runtimes
