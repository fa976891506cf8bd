// SPDX-License-Identifier: Apache-2.0
#include "pool/output_pipe.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <stdexcept>

#include "core/format.hpp"
#include "core/system_error.hpp"
#include "ipc/handshake.hpp"

namespace inferpool::pool {
namespace {

// Never blocks the thread that watches the workers: what the host's stderr does not take at once is
// dropped. A pipe that polls writable takes PIPE_BUF bytes, and takes them in one piece.
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
                       FileDescriptor& write_end)
    : index_(worker_index),
      prefix_(formatted("[{:.256}/{}] ", model, worker_index)),
      output_(output),
      line_(output.kind == WorkerOutput::Kind::kInherit) {
  std::array<int, 2> fds{};
  if (pipe2(fds.data(), O_CLOEXEC) != 0) throw std::runtime_error(system_failure("pipe2", errno));
  read_end_ = FileDescriptor(fds[0]);
  write_end = ipc::above_standard(FileDescriptor(fds[1]));
  fcntl(read_end_.get(), F_SETFL, O_NONBLOCK);
}

void OutputPipe::drain() {
  std::array<char, 4096> buffer;
  // Bounded: a worker that writes without end must not keep its supervisor here.
  for (int i = 0; i < 64 && read_end_; ++i) {
    const ssize_t size = read(read_end_.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return read_end_.reset();
    take({buffer.data(), static_cast<std::size_t>(size)});
  }
}

void OutputPipe::finish() {
  drain();
  line_.finish(put_);
  flush();
}

void OutputPipe::show_due() {
  if (!line_.next()) return;
  line_.show(Clock::now(), put_);
  flush();
}

void OutputPipe::take(std::string_view text) {
  tail_.append(text);
  if (tail_.size() > kTail) tail_.erase(0, tail_.size() - kTail);
  if (output_.kind == WorkerOutput::Kind::kCapture) return;
  line_.take(text, Clock::now(), put_);
  flush();
}

void OutputPipe::put_line(std::string_view line) {
  if (output_.kind == WorkerOutput::Kind::kCallback) return output_.callback(index_, line);
  const std::size_t longest = PIPE_BUF - prefix_.size() - 1;
  do {
    const std::string_view piece = line.substr(0, longest);
    line.remove_prefix(piece.size());
    if (block_.size() + prefix_.size() + piece.size() + 1 > PIPE_BUF) flush();
    block_.append(prefix_).append(piece).push_back('\n');
  } while (!line.empty());
}

void OutputPipe::flush() {
  to_stderr(block_);
  block_.clear();
}

}  // namespace inferpool::pool
