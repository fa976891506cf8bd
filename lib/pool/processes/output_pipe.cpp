// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/output_pipe.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <new>
#include <stdexcept>

#include "core/format.hpp"
#include "core/system_error.hpp"
#include "ipc/handshake.hpp"

namespace inferpool::pool::processes {
namespace {

constexpr std::size_t kRead = 4096;

// Never blocks the supervisor's thread: drops what the host's stderr does not take at once. A pipe
// that polls writable takes PIPE_BUF bytes in one piece.
void to_stderr(std::string_view text) {
  while (!text.empty()) {
    pollfd poll_fd{STDERR_FILENO, POLLOUT, 0};
    if (poll(&poll_fd, 1, 0) != 1 || (poll_fd.revents & POLLOUT) == 0) return;
    const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

OutputPipe::OutputPipe(int worker_index, const std::string& model, const WorkerOutput& output,
                       core::FileDescriptor& write_end)
    : index_(worker_index),
      prefix_(core::formatted("[{:.256}/{}] ", model, worker_index)),
      output_(output),
      line_(output.kind == WorkerOutput::Kind::kInherit) {
  tail_.reserve(kTail + kRead);
  block_.reserve(PIPE_BUF);
  std::array<int, 2> fds{};
  if (pipe2(fds.data(), O_CLOEXEC) != 0)
    throw std::runtime_error(core::system_failure("pipe2", errno));
  read_end_ = core::FileDescriptor(fds[0]);
  write_end = ipc::above_standard(core::FileDescriptor(fds[1]));
  fcntl(read_end_.get(), F_SETFL, O_NONBLOCK);
}

void OutputPipe::drain() noexcept {
  std::array<char, kRead> buffer;
  // Bounded: a worker that writes without end must not keep the supervisor here.
  for (int i = 0; i < 64 && read_end_; ++i) {
    const ssize_t size = read(read_end_.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return read_end_.reset();
    take({buffer.data(), static_cast<std::size_t>(size)});
  }
}

// Drops what there is no memory for.
template <typename Act>
void OutputPipe::with_line(const Act& act) noexcept {
  try {
    act(line_);
  } catch (const std::bad_alloc&) {
  }
  flush();
}

void OutputPipe::finish() noexcept {
  drain();
  with_line([&](MovingLine& line) { line.finish(put_); });
}

void OutputPipe::show_due() noexcept {
  if (!line_.next()) return;
  with_line([&](MovingLine& line) { line.show(core::Clock::now(), put_); });
}

void OutputPipe::take(std::string_view text) noexcept {
  tail_.append(text);
  if (tail_.size() > kTail) tail_.erase(0, tail_.size() - kTail);
  if (output_.kind == WorkerOutput::Kind::kCapture) return;
  with_line([&](MovingLine& line) { line.take(text, core::Clock::now(), put_); });
}

void OutputPipe::put_line(std::string_view line) noexcept {
  if (output_.kind == WorkerOutput::Kind::kCallback) return call(line);
  const std::size_t longest = PIPE_BUF - prefix_.size() - 1;
  do {
    const std::string_view piece = line.substr(0, longest);
    line.remove_prefix(piece.size());
    if (block_.size() + prefix_.size() + piece.size() + 1 > PIPE_BUF) flush();
    block_.append(prefix_).append(piece).push_back('\n');
  } while (!line.empty());
}

void OutputPipe::call(std::string_view line) const noexcept try {
  output_.callback(index_, line);
} catch (...) {  // it must not end the supervisor's thread
}

void OutputPipe::flush() noexcept {
  to_stderr(block_);
  block_.clear();
}

}  // namespace inferpool::pool::processes
