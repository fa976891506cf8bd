// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "core/file_descriptor.hpp"
#include "ipc/layout.hpp"

namespace inferpool::ipc {

// What host and worker say to each other over the control socket, in this order:
//   worker: kHello (text: type signature)
//           or the kernel: an int, why the executable could not be run
//   host:   kWelcome (with the descriptors)
//   worker: kReady, kLoadFailed (text: exception type, newline, its text) or kNotConfined (text:
//   why)
// Nothing follows. The socket's end tells each that the other is gone.
enum class MessageKind : std::uint32_t {
  kHello = 1,
  kWelcome = 2,
  kReady = 3,
  kLoadFailed = 4,
  kNotConfined = 5
};

// The numbers of all kinds; those that a kind does not need are zero. The host checks each field.
struct MessageHead {
  std::uint64_t magic = kMagic;
  std::uint32_t protocol = kProtocolVersion;
  MessageKind kind = MessageKind::kHello;
  std::uint64_t abi = abi_hash();
  std::int32_t index = 0;        // kWelcome
  std::int32_t generation = 0;   // kWelcome, and echoed in the worker's last message
  std::int32_t concurrency = 1;  // kWelcome
  std::int32_t reserved = 0;
  std::int64_t spin = 0;        // kWelcome: nanoseconds
  std::int32_t processors = 0;  // kWelcome: shared by host and workers
  std::int32_t unused = 0;
  std::uint64_t request_bytes = 0;  // kWelcome: sizes of the regions
  std::uint64_t reply_bytes = 0;
  std::uint64_t max_payload = 0;
  std::uint64_t settings_bytes = 0;
};
// Padding would send bytes of the sender's stack.
static_assert(std::has_unique_object_representations_v<MessageHead>);

// The descriptors of kWelcome, in this order.
enum : std::size_t { kControlFd, kRepliesFd, kRequestsFd, kSettingsFd, kDescriptors };

struct Message {
  MessageHead head = {};
  std::string text = {};
  std::vector<core::FileDescriptor> descriptors = {};
  int exec_error = 0;  // not 0: the executable could not be run, and no other field is set
};

// kNoise: a datagram that is not a valid message. kCut: it had more descriptors than a message may
// have, or than RLIMIT_NOFILE allows.
enum class Received { kMessage, kNothing, kEnd, kNoise, kCut };

// One end of the control socket: ordered datagrams, which can carry descriptors. Not thread-safe.
class ControlSocket {
 public:
  static constexpr std::size_t kMaxText = 32 * 1024;

  ControlSocket() noexcept = default;
  explicit ControlSocket(core::FileDescriptor fd) noexcept : fd_(std::move(fd)) {}
  // Two connected ends, CLOEXEC, with numbers above 2. Throws std::runtime_error that names the
  // system call.
  static std::array<ControlSocket, 2> pair();

  // Cuts the text to kMaxText. False if the other end is gone, its buffer is full, or the system
  // call fails: errno says which.
  bool send(const MessageHead& head, std::string_view text,
            std::span<const int> descriptors) const noexcept;

  // Waits for a message only if `wait`.
  Received receive(Message& message, bool wait) const;

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  void close() noexcept { fd_.reset(); }

 private:
  core::FileDescriptor fd_;
};

// The descriptor, or a copy of it with a number above 2, because 0, 1 and 2 are replaced in a
// worker. Throws std::runtime_error that names the system call.
core::FileDescriptor above_standard(core::FileDescriptor fd);

}  // namespace inferpool::ipc
