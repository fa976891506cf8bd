// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstring>

namespace inferpool::test {

// A message of one byte that passes a descriptor on (SCM_RIGHTS). It refers to itself.
class PassedDescriptor {
 public:
  explicit PassedDescriptor(int descriptor) {
    header_.msg_iov = &part_;
    header_.msg_iovlen = 1;
    header_.msg_control = buffer_.data();
    header_.msg_controllen = buffer_.size();
    cmsghdr* const control = CMSG_FIRSTHDR(&header_);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(control), &descriptor, sizeof(int));
  }
  PassedDescriptor(const PassedDescriptor&) = delete;
  PassedDescriptor& operator=(const PassedDescriptor&) = delete;

  [[nodiscard]] const msghdr& header() const noexcept { return header_; }

 private:
  char byte_ = 0;
  iovec part_{&byte_, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> buffer_{};
  msghdr header_{};
};

}  // namespace inferpool::test
