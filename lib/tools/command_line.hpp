// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tools/model_input.hpp"

namespace inferpool::tools {

// A command line that is wrong; what() says why.
struct Usage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The arguments of each tool that calls a model.
struct ModelArguments {
  std::string settings = {};
  // One without a name, or several with distinct names; none only if no_inputs is true.
  std::vector<InputFile> inputs = {};
  bool no_inputs = false;
  std::string worker = {};  // empty: the one in the settings
  bool json = false;
  bool help = false;  // the rest need not be complete then
};

// The lines of a --help about the inputs and the worker.
extern const char* const kModelArgumentsHelp;

// The words of a command line, without the program's name.
class CommandLine {
 public:
  explicit CommandLine(std::span<const char* const> words) : words_(words) {}

  // Reads all words. It reads the options of ModelArguments itself, and passes all others to
  // read_other, which takes their values from here and returns false for an unknown option. Throws
  // Usage.
  void read(ModelArguments& arguments,
            const std::function<bool(std::string_view option)>& read_other);

  // Reads a tensor's file: the value of "<what>" as parse_input_file does, the value of
  // "<what>-file" as a path, and the two words after "<what>-tensor" as name and path. None: it is
  // none of these options. Throws Usage.
  [[nodiscard]] std::optional<InputFile> tensor_file(std::string_view option,
                                                     std::string_view what);

  // The word after the option. Throws Usage if there is none.
  [[nodiscard]] std::string_view value(std::string_view option);

  // The same as a number. Throws Usage if it is not a number from `least` to `most`.
  [[nodiscard]] int number(std::string_view option, int least, int most);
  [[nodiscard]] double number(std::string_view option, double least, double most);

 private:
  bool read_own(std::string_view word, ModelArguments& arguments);

  std::span<const char* const> words_;
  std::size_t at_ = 0;
};

}  // namespace inferpool::tools
