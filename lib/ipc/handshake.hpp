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

// All numbers of all kinds; what a kind does not need is zero. Read field by field with distrust by
// the host.
struct MessageHead {
  std::uint64_t magic = kMagic;
  std::uint32_t protocol = kProtocolVersion;
  MessageKind kind = MessageKind::kHello;
  std::uint64_t abi = abi_hash();
  std::int32_t index = 0;        // kWelcome
  std::int32_t generation = 0;   // kWelcome, echoed in what the worker says last
  std::int32_t concurrency = 1;  // kWelcome
  std::int32_t reserved = 0;
  std::int64_t spin = 0;        // kWelcome: nanoseconds
  std::int32_t processors = 0;  // kWelcome: that pool and workers share
  std::int32_t unused = 0;
  std::uint64_t request_bytes = 0;  // kWelcome: sizes of the regions
  std::uint64_t reply_bytes = 0;
  std::uint64_t max_payload = 0;
  std::uint64_t settings_bytes = 0;
};
// A gap would be sent with what lay on the sender's stack.
static_assert(std::has_unique_object_representations_v<MessageHead>);

// The descriptors of kWelcome, in this order.
enum : std::size_t { kControlFd, kRepliesFd, kRequestsFd, kSettingsFd, kDescriptors };

struct Message {
  MessageHead head = {};
  std::string text = {};
  std::vector<core::FileDescriptor> descriptors = {};
  int exec_error = 0;  // not 0: the executable could not be run, and nothing else is set
};

// kNoise: a datagram that is no message of ours. kCut: its descriptors did not fit, either what may
// be sent or RLIMIT_NOFILE.
enum class Received { kMessage, kNothing, kEnd, kNoise, kCut };

// One end of the control socket: datagrams in order, descriptors with them. Thread-safety: none.
class ControlSocket {
 public:
  static constexpr std::size_t kMaxText = 32 * 1024;

  ControlSocket() noexcept = default;
  explicit ControlSocket(core::FileDescriptor fd) noexcept : fd_(std::move(fd)) {}
  // Two connected ends, CLOEXEC, with numbers above 2. Throws std::runtime_error naming the system
  // call.
  static std::array<ControlSocket, 2> pair();

  // Text is cut to kMaxText. False where the other end is gone, its buffer full, or the system
  // refuses: errno says which.
  bool send(const MessageHead& head, std::string_view text,
            std::span<const int> descriptors) const noexcept;

  // Without waiting unless `wait`.
  Received receive(Message& message, bool wait) const;

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  void close() noexcept { fd_.reset(); }

 private:
  core::FileDescriptor fd_;
};

// The descriptor, or a copy of it with a number above 2: 0, 1 and 2 are replaced in a child. Throws
// std::runtime_error naming the system call.
core::FileDescriptor above_standard(core::FileDescriptor fd);

}  // namespace inferpool::ipc
