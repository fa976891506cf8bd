// SPDX-License-Identifier: Apache-2.0
#include "ipc/handshake.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "core/system_error.hpp"

namespace inferpool::ipc {
namespace {

// Room for the descriptors of one datagram, with the alignment that the kernel needs.
struct alignas(cmsghdr) DescriptorBuffer {
  std::array<char, CMSG_SPACE(sizeof(int) * kDescriptors)> bytes{};
};

void take_descriptors(msghdr& header, std::vector<core::FileDescriptor>& descriptors) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
      descriptors.emplace_back(fd);
    }
  }
}

}  // namespace

core::FileDescriptor above_standard(core::FileDescriptor fd) {
  if (fd.get() < 0 || fd.get() > 2) return fd;
  core::FileDescriptor copy(fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
  if (!copy) throw std::runtime_error(core::system_failure("fcntl(F_DUPFD_CLOEXEC)", errno));
  return copy;
}

std::array<ControlSocket, 2> ControlSocket::pair() {
  std::array<int, 2> fds{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    throw std::runtime_error(core::system_failure("socketpair", errno));
  }
  core::FileDescriptor first(fds[0]);
  core::FileDescriptor second(fds[1]);
  return {ControlSocket(above_standard(std::move(first))),
          ControlSocket(above_standard(std::move(second)))};
}

bool ControlSocket::send(const MessageHead& head, std::string_view text,
                         std::span<const int> descriptors) const noexcept {
  text = text.substr(0, kMaxText);
  std::array<char, sizeof(MessageHead) + kMaxText> bytes;
  std::memcpy(bytes.data(), &head, sizeof(head));
  text.copy(bytes.data() + sizeof(head), text.size());
  iovec all{bytes.data(), sizeof(head) + text.size()};
  DescriptorBuffer buffer;
  msghdr header{};
  header.msg_iov = &all;
  header.msg_iovlen = 1;
  if (!descriptors.empty()) {
    header.msg_control = buffer.bytes.data();
    header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* c = CMSG_FIRSTHDR(&header);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(c), descriptors.data(), descriptors.size_bytes());
  }
  ssize_t sent = 0;
  do {
    // A worker in its sandbox may not call sendmsg, which can pass descriptors on.
    sent = descriptors.empty()
               ? ::send(fd_.get(), all.iov_base, all.iov_len, MSG_NOSIGNAL | MSG_DONTWAIT)
               : sendmsg(fd_.get(), &header, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(all.iov_len);
}

Received ControlSocket::receive(Message& message, bool wait) const {
  std::array<char, sizeof(MessageHead) + kMaxText> bytes;  // no allocation without a message
  iovec part{bytes.data(), bytes.size()};
  DescriptorBuffer buffer;
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = buffer.bytes.data();
  header.msg_controllen = buffer.bytes.size();
  ssize_t size = 0;
  do {
    size = recvmsg(fd_.get(), &header, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
  } while (size < 0 && errno == EINTR);
  if (size < 0) return errno == EAGAIN ? Received::kNothing : Received::kEnd;
  if (size == 0) return Received::kEnd;
  message = {};
  take_descriptors(header, message.descriptors);
  if (size == sizeof(int)) {
    std::memcpy(&message.exec_error, bytes.data(), sizeof(int));
    return Received::kMessage;
  }
  if ((header.msg_flags & MSG_CTRUNC) != 0) return Received::kCut;
  if (size < static_cast<ssize_t>(sizeof(MessageHead)) || (header.msg_flags & MSG_TRUNC) != 0)
    return Received::kNoise;
  std::memcpy(&message.head, bytes.data(), sizeof(MessageHead));
  if (message.head.magic != kMagic) return Received::kNoise;
  message.text.assign(bytes.data() + sizeof(MessageHead),
                      static_cast<std::size_t>(size) - sizeof(MessageHead));
  return Received::kMessage;
}

}  // namespace inferpool::ipc
