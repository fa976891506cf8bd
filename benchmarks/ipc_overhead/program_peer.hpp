// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

#include "ipc_overhead/peer.hpp"

namespace bench {

// A peer that is a program of its own, which times its round trips itself, by the same clock, in
// its turn. It is told "<bytes> <nanoseconds of the slice>" in one line on its stdin, and answers
// with one line of nanoseconds, one number for each round trip. First it says "ready". Between
// slices it must not use a processor.
class ProgramPeer final : public Peer {
 public:
  // Throws std::runtime_error where the program cannot be started or does not become ready.
  ProgramPeer(std::string name, bool blocks, std::size_t limit,
              const std::vector<std::string>& command);
  // Closes its stdin, at which it ends.
  ~ProgramPeer() override;

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] bool blocks() const override { return blocks_; }
  [[nodiscard]] std::size_t limit() const override { return limit_; }
  void work(std::size_t bytes, Nanoseconds slice, Samples& samples) override;

 private:
  void start(const std::vector<std::string>& command);
  std::string read_line();
  void end() noexcept;

  std::string name_;
  bool blocks_;
  std::size_t limit_;
  std::FILE* requests_ = nullptr;
  std::FILE* answers_ = nullptr;
  pid_t pid_ = -1;
};

}  // namespace bench
