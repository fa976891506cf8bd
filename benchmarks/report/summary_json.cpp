// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "report/summary.hpp"

namespace bench {

std::string combined_json(const std::vector<std::filesystem::path>& files,
                          const std::vector<std::string>& missing) {
  nlohmann::json programs = nlohmann::json::array();
  for (const std::filesystem::path& file : files) {
    std::ifstream stream(file);
    try {
      programs.push_back(nlohmann::json::parse(stream));
    } catch (const nlohmann::json::exception& error) {
      throw std::runtime_error(file.string() + " is not JSON: " + error.what());
    }
  }
  return nlohmann::json{{"programs", programs}, {"missing", missing}}.dump(2) + "\n";
}

}  // namespace bench
