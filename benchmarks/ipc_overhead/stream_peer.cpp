// SPDX-License-Identifier: Apache-2.0
#include "ipc_overhead/stream_peer.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <vector>

#include "ipc_overhead/child.hpp"

namespace bench {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void write_all(int fd, const std::byte* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t done = write(fd, bytes, size);
    if (done < 0) fail("write");
    bytes += done;
    size -= static_cast<std::size_t>(done);
  }
}

// Reads at least `least` and at most `size` bytes, and returns the number. 0 if the other end is
// closed.
std::size_t read_some(int fd, std::byte* bytes, std::size_t least, std::size_t size) {
  std::size_t have = 0;
  while (have < least) {
    const ssize_t done = read(fd, bytes + have, size - have);
    if (done < 0) fail("read");
    if (done == 0) return 0;
    have += static_cast<std::size_t>(done);
  }
  return have;
}

using Length = std::uint64_t;

// Reads a length and as many bytes, and sends the bytes back.
void echo(int in, int out) {
  std::vector<std::byte> buffer(1U << 16U);
  for (;;) {
    std::size_t have = read_some(in, buffer.data(), sizeof(Length), buffer.size());
    if (have == 0) return;
    Length length = 0;
    std::memcpy(&length, buffer.data(), sizeof length);
    const std::size_t total = sizeof length + length;
    if (buffer.size() < total) buffer.resize(total);
    if (have < total) have += read_some(in, buffer.data() + have, total - have, total - have);
    if (have != total) return;
    write_all(out, buffer.data() + sizeof length, length);
  }
}

// Closes the descriptors with the object.
struct Descriptors {
  std::array<int, 4> fds;  // the caller writes [0] and reads [1], the other reads [2], writes [3]
  ~Descriptors() {
    for (const int fd : fds) close(fd);
  }
};

class StreamPeer final : public Peer {
 public:
  StreamPeer(std::string name, const std::array<int, 4>& fds, const CorePair& cores)
      : name_(std::move(name)), descriptors_{fds}, child_(cores.worker, [fds] {
          echo(fds[2], fds[3]);
        }) {}

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::size_t limit() const override { return 64U << 20U; }

  void work(std::size_t bytes, Nanoseconds slice, Samples& samples) override {
    // The length is directly before the bytes, so that one write sends both.
    request_.resize(sizeof(Length) + bytes);
    reply_.resize(bytes);
    const Length length = bytes;
    std::memcpy(request_.data(), &length, sizeof length);
    time_each_warm(slice, samples, [&] {
      write_all(descriptors_.fds[0], request_.data(), request_.size());
      if (read_some(descriptors_.fds[1], reply_.data(), bytes, bytes) != bytes) fail("read");
    });
  }

 private:
  std::string name_;
  Descriptors descriptors_;
  std::vector<std::byte> request_ = {};
  std::vector<std::byte> reply_ = {};
  Child child_;
};

}  // namespace

std::unique_ptr<Peer> make_pipe_peer(const CorePair& cores) {
  std::array<int, 2> there{};
  std::array<int, 2> back{};
  if (pipe(there.data()) != 0 || pipe(back.data()) != 0) fail("pipe");
  return std::make_unique<StreamPeer>("pipe", std::array{there[1], back[0], there[0], back[1]},
                                      cores);
}

std::unique_ptr<Peer> make_unix_socket_peer(const CorePair& cores) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) fail("socketpair");
  return std::make_unique<StreamPeer>(
      "Unix socket", std::array{ends[0], dup(ends[0]), ends[1], dup(ends[1])}, cores);
}

}  // namespace bench
