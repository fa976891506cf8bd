// SPDX-License-Identifier: Apache-2.0
#include "worker/attachment.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "catch.hpp"
#include "ipc/request_region.hpp"
#include "ipc/worker_memory.hpp"
#include "settings/packed_settings.hpp"
#include "unit/worker/confined_child.hpp"

namespace inferpool::worker {
namespace {

using inferpool::test::contains;
using ipc::MessageKind;

// The host of one worker, which has not attached yet. What the host says waits in the socket.
struct AwaitedWorker {
  AwaitedWorker() {
    auto [ours, theirs] = ipc::ControlSocket::pair();
    socket = std::move(ours);
    worker_fd = dup(theirs.fd());
  }

  // Says welcome, or what `change` makes of it, with the first `descriptors` of all that it has.
  void welcome(const std::function<void(ipc::MessageHead&)>& change = {},
               std::size_t descriptors = ipc::kDescriptors) const {
    Settings settings;
    settings.name = "doubler";
    const std::string text = settings::pack(settings);
    const ipc::MemoryFile file = ipc::MemoryFile::create("settings", text.size());
    std::memcpy(ipc::Mapping(file, ipc::Access::kReadWrite).data(), text.data(), text.size());
    const core::FileDescriptor readable = requests->read_only();
    ipc::MessageHead head;
    head.kind = MessageKind::kWelcome;
    head.index = 2;
    head.generation = 7;
    head.request_bytes = requests->size();
    head.reply_bytes = memory->reply_bytes();
    head.settings_bytes = text.size();
    if (change) change(head);
    const std::array<int, ipc::kDescriptors> all{
        memory->control_file().fd(), memory->reply_file().fd(), readable.get(), file.fd()};
    if (!socket.send(head, {}, std::span(all).first(descriptors)))
      throw std::runtime_error("no welcome");
  }
  [[nodiscard]] ipc::Message heard() const {
    ipc::Message message;
    if (socket.receive(message, false) != ipc::Received::kMessage)
      throw std::runtime_error("nothing is heard");
    return message;
  }

  std::shared_ptr<ipc::RequestRegion> requests = ipc::RequestRegion::create(1 << 20);
  std::shared_ptr<ipc::WorkerMemory> memory = ipc::WorkerMemory::create(1 << 20);
  ipc::ControlSocket socket;
  int worker_fd = -1;
};

std::string why_not_attached(const AwaitedWorker& host) {
  try {
    const Attachment attachment(host.worker_fd, "Tensor -> Tensor");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "it is attached";
}

TEST_CASE("a worker tells what its model takes, and learns which worker it is, and its settings") {
  const AwaitedWorker host;
  host.welcome();
  const Attachment attachment(host.worker_fd, "Tensor -> Tensor");
  const ipc::Message hello = host.heard();
  CHECK(hello.head.kind == MessageKind::kHello);
  CHECK(hello.text == "Tensor -> Tensor");
  CHECK(attachment.welcome().index == 2);
  CHECK(attachment.welcome().generation == 7);
  CHECK(attachment.settings().name == "doubler");
}

TEST_CASE("a worker has the memory of its host, and of requests it can only read") {
  const AwaitedWorker host;
  host.welcome();
  const Attachment attachment(host.worker_fd, "");
  const ipc::Mapping control(host.memory->control_file(), ipc::Access::kReadWrite);
  reinterpret_cast<ipc::Control*>(control.data())->host.doorbell = 77;
  CHECK(attachment.control().host.doorbell == 77);
  const detail::StorageRef block = host.requests->allocate(5);
  std::memcpy(block->data(), "asked", 5);
  const ipc::Mapping& requests = attachment.requests();
  CHECK(std::memcmp(requests.data() + block->offset(), "asked", 5) == 0);
  CHECK(mprotect(requests.data(), requests.size(), PROT_READ | PROT_WRITE) != 0);
  CHECK(attachment.reply_file().size() == host.memory->reply_bytes());
}

TEST_CASE("programs that a worker starts do not get its socket") {
  const AwaitedWorker host;
  host.welcome();
  REQUIRE((fcntl(host.worker_fd, F_GETFD) & FD_CLOEXEC) == 0);
  const Attachment attachment(host.worker_fd, "");
  CHECK(attachment.socket_fd() == host.worker_fd);
  CHECK((fcntl(host.worker_fd, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a worker whose host is gone, or says nothing that it knows, does not start") {
  const std::string gone = "the pool closed the connection before it said welcome";
  AwaitedWorker early;
  early.socket.close();
  CHECK(why_not_attached(early) == gone);
  const AwaitedWorker noisy;
  REQUIRE(write(noisy.socket.fd(), "welcome", 7) == 7);
  CHECK(why_not_attached(noisy) == gone);
}

TEST_CASE("a worker does not start for a pool of another version") {
  const auto refused = [](const std::function<void(ipc::MessageHead&)>& change,
                          std::size_t descriptors = ipc::kDescriptors) {
    const AwaitedWorker host;
    host.welcome(change, descriptors);
    return why_not_attached(host);
  };
  CHECK(refused([](ipc::MessageHead& head) { head.protocol = 3; }) ==
        "the pool speaks protocol 3, this worker " + std::to_string(ipc::kProtocolVersion));
  CHECK_THAT(refused([](ipc::MessageHead& head) { ++head.abi; }), contains("the pool speaks"));
  CHECK_THAT(refused([](ipc::MessageHead& head) { head.kind = MessageKind::kReady; }),
             contains("the pool speaks"));
  CHECK_THAT(refused({}, ipc::kDescriptors - 1), contains("the pool speaks"));
  CHECK_THAT(refused([](ipc::MessageHead& head) { ++head.reply_bytes; }),
             contains("1048577 bytes with seals"));
}

TEST_CASE("a worker that may open no more descriptors says which limit that is") {
  const std::string told = test::told_by_child([] {
    const AwaitedWorker host;
    host.welcome();
    const int next = dup(host.worker_fd);
    close(next);
    const rlimit none{static_cast<rlim_t>(next), static_cast<rlim_t>(next)};
    if (setrlimit(RLIMIT_NOFILE, &none) != 0) return std::string("the limit cannot be set");
    return why_not_attached(host);
  });
  CHECK_THAT(told, contains("taking the pool's 4 descriptors: Too many open files (errno 24); "
                            "RLIMIT_NOFILE (ulimit -n"));
}

TEST_CASE("what a worker says at last has its kind, its text and the number of its process") {
  const AwaitedWorker host;
  host.welcome();
  const Attachment attachment(host.worker_fd, "");
  (void)host.heard();
  attachment.report_ready();
  attachment.report_load_failed("std::out_of_range", "index 9\nof 3");
  attachment.report_not_confined("there is no Landlock");
  const ipc::Message ready = host.heard();
  CHECK(ready.head.kind == MessageKind::kReady);
  CHECK(ready.head.generation == 7);
  CHECK(ready.text.empty());
  const ipc::Message failed = host.heard();
  CHECK(failed.head.kind == MessageKind::kLoadFailed);
  CHECK(failed.text == "std::out_of_range\nindex 9\nof 3");
  const ipc::Message open = host.heard();
  CHECK(open.head.kind == MessageKind::kNotConfined);
  CHECK(open.head.generation == 7);
  CHECK(open.text == "there is no Landlock");
}

}  // namespace
}  // namespace inferpool::worker
