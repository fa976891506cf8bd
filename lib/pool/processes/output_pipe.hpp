// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <inferpool/settings.hpp>

#include "core/clock.hpp"
#include "core/file_descriptor.hpp"
#include "pool/processes/moving_line.hpp"

namespace inferpool::pool::processes {

// The read end of one worker's stdout and stderr. It is always drained, so that output never blocks
// a model. The last bytes are kept for error messages. Output without memory for it is dropped, and
// so are exceptions of a callback. Thread-safety: none.
class OutputPipe {
 public:
  static constexpr std::size_t kTail = 4096;

  // `write_end` is the child's: pass it on, then close it here. Each line on the host's stderr
  // starts with `model`. Throws std::runtime_error that names the system call.
  OutputPipe(int worker_index, const std::string& model, const WorkerOutput& output,
             core::FileDescriptor& write_end);
  OutputPipe(const OutputPipe&) = delete;
  OutputPipe& operator=(const OutputPipe&) = delete;
  ~OutputPipe() = default;

  // Poll for POLLIN; -1 once the worker has closed its end.
  [[nodiscard]] int fd() const noexcept { return read_end_.get(); }

  // Reads what is available.
  void drain() noexcept;
  // Shows a line that has no end yet, if it is due. Call it at next_show() at the latest.
  void show_due() noexcept;
  [[nodiscard]] core::Deadline next_show() const noexcept { return line_.next(); }
  // Once the worker has ended: reads the rest, including a last line without a newline.
  void finish() noexcept;

  // The last kTail bytes.
  [[nodiscard]] const std::string& tail() const noexcept { return tail_; }
  // The same, moved out once nothing comes any more.
  [[nodiscard]] std::string take_tail() noexcept { return std::move(tail_); }

 private:
  template <typename Act>
  void with_line(const Act& act) noexcept;
  void take(std::string_view text) noexcept;
  void put_line(std::string_view line) noexcept;
  void call(std::string_view line) const noexcept;
  void flush() noexcept;

  int index_;
  std::string prefix_;
  const WorkerOutput& output_;
  core::FileDescriptor read_end_;
  std::string tail_;  // has room for kTail and one read
  MovingLine line_;
  const MovingLine::Put put_ = [this](std::string_view line) { put_line(line); };
  std::string block_;  // whole lines for stderr, at most PIPE_BUF bytes; has room for them
};

}  // namespace inferpool::pool::processes
