// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace bench {

// A way to count or weigh what code does, with a case whose outcome is known. An instrument that
// does not work on a machine sees nothing of anything, which is what most figures hope for: so what
// it says counts only where it has seen its known case in the same run. Not thread-safe.
//
// The environment variable INFERPOOL_BLIND names instruments, with commas between them, that are to
// see nothing: for tests of what is said then.
class Instrument {
 public:
  using Code = std::function<void()>;
  // Runs the code once and says how much it saw of it. What it throws is why it cannot.
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
  // Runs the known case. Empty where the instrument saw it, else why nothing can be measured.
  [[nodiscard]] std::string blindness() const;

 private:
  std::string name_;
  Look look_;
  KnownCase known_;
  bool blinded_;
};

}  // namespace bench
