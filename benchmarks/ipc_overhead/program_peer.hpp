// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

#include "ipc_overhead/peer.hpp"

namespace bench {

// A peer that is a program of its own and times its round trips itself, by the same clock. It first
// writes "ready". Then for each slice it reads one line from stdin, "<bytes> <nanoseconds of the
// slice>", and writes one line of nanoseconds, one number per round trip. Between slices it must
// not use a processor.
class ProgramPeer final : public Peer {
 public:
  // Throws std::runtime_error if the program does not start or does not become ready.
  ProgramPeer(std::string name, bool blocks, std::size_t limit,
              const std::vector<std::string>& command);
  // Closes the program's stdin, which ends it.
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
