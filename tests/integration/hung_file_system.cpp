// SPDX-License-Identifier: Apache-2.0
#include "integration/hung_file_system.hpp"

#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace inferpool::test {
namespace {

constexpr std::uint64_t kRoot = 1;     // the folder's number; the file's is the next one
constexpr std::uint64_t kLong = 1000;  // seconds for which the kernel may cache answers

// One answer: a header, then the data for this kind of request.
class Answer {
 public:
  explicit Answer(const fuse_in_header& request) {
    head_.unique = request.unique;
    head_.len = sizeof(head_);
  }
  template <typename Body>
  void put(const Body& body) {
    std::memcpy(bytes_.data() + head_.len, &body, sizeof(body));
    head_.len += sizeof(body);
  }
  void refuse() { head_.error = -ENOSYS; }
  void send(int device) {
    std::memcpy(bytes_.data(), &head_, sizeof(head_));
    [[maybe_unused]] const auto sent = ::write(device, bytes_.data(), head_.len);
  }

 private:
  fuse_out_header head_{};
  std::array<char, 512> bytes_ = {};
};

fuse_attr attributes_of(std::uint64_t number) {
  fuse_attr attributes{};
  attributes.ino = number;
  attributes.mode = number == kRoot ? S_IFDIR | 0755U : S_IFREG | 0644U;
  attributes.nlink = 1;
  attributes.size = 4096;
  return attributes;
}

void answer(int device, const fuse_in_header& request) {
  Answer answer(request);
  switch (request.opcode) {
    case FUSE_INIT: {
      fuse_init_out protocol{};
      protocol.major = 7;
      protocol.minor = 31;
      protocol.max_write = 4096;
      answer.put(protocol);
      break;
    }
    case FUSE_LOOKUP: {
      fuse_entry_out entry{};
      entry.nodeid = kRoot + 1;
      entry.attr = attributes_of(kRoot + 1);
      entry.attr_valid = entry.entry_valid = kLong;
      answer.put(entry);
      break;
    }
    case FUSE_GETATTR: {
      fuse_attr_out attributes{};
      attributes.attr = attributes_of(request.nodeid);
      attributes.attr_valid = kLong;
      answer.put(attributes);
      break;
    }
    case FUSE_OPEN:
    case FUSE_OPENDIR:
      answer.put(fuse_open_out{});
      break;
    case FUSE_READ:
    case FUSE_INTERRUPT:
    case FUSE_FORGET:
      return;  // a read is never answered, so it hangs
    default:
      answer.refuse();
  }
  answer.send(device);
}

[[noreturn]] void serve(int device) {
  static std::array<char, 1 << 20> bytes;
  for (;;) {
    const ssize_t size = ::read(device, bytes.data(), bytes.size());
    if (size < 0 && errno != EINTR && errno != ENOENT) ::_exit(0);
    if (size < static_cast<ssize_t>(sizeof(fuse_in_header))) continue;
    fuse_in_header request;
    std::memcpy(&request, bytes.data(), sizeof(request));
    answer(device, request);
  }
}

}  // namespace

HungFileSystem::HungFileSystem() {
  const std::string folder = folder_ / "";
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    missing_ = "it takes root rights to mount a file system";
    return;
  }
  const int device = ::open("/dev/fuse", O_RDWR | O_CLOEXEC);
  const std::string options =
      "fd=" + std::to_string(device) + ",rootmode=40000,user_id=0,group_id=0";
  if (device < 0 || ::mount("hung", folder.c_str(), "fuse", 0, options.c_str()) != 0) {
    missing_ = "there is no FUSE here";
    ::close(device);
    return;
  }
  server_ = ::fork();
  if (server_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(device);
  }
  ::close(device);
}

HungFileSystem::~HungFileSystem() {
  end();
  if (missing_.empty()) ::umount2((folder_ / "").c_str(), MNT_DETACH);
}

void HungFileSystem::end() noexcept {
  if (server_ <= 0) return;
  ::kill(server_, SIGKILL);
  ::waitpid(server_, nullptr, 0);
  server_ = -1;
}

}  // namespace inferpool::test
