// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace bench {

// A way to count or measure what code does, with a case whose outcome is known. An instrument that
// does not work on a machine sees nothing, and nothing is what most figures hope for. So its
// figures count only if it has seen its known case in the same run. Not thread-safe.
//
// The environment variable INFERPOOL_BLIND names instruments, separated by commas, that must see
// nothing. Tests use it to check what is reported then.
class Instrument {
 public:
  using Code = std::function<void()>;
  // Runs the code once and returns what it saw. If it cannot, it throws the reason.
  using Look = std::function<double(const Code&)>;
  struct KnownCase {
    Code code;
    double least = 0;
    double most = 0;
  };

  Instrument(std::string name, Look look, KnownCase known);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // Runs the code once.
  [[nodiscard]] double measure(const Code& code) const;
  // Runs the known case. Returns an empty text if the instrument saw it, else why it cannot
  // measure.
  [[nodiscard]] std::string blindness() const;

 private:
  std::string name_;
  Look look_;
  KnownCase known_;
  bool blinded_;
};

}  // namespace bench
