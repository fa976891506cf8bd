// SPDX-License-Identifier: Apache-2.0
#include "ipc_overhead/message_queue_peer.hpp"

#include <unistd.h>

#include <boost/interprocess/ipc/message_queue.hpp>
#include <string>
#include <vector>

#include "ipc_overhead/child.hpp"

namespace bench {

namespace {

using Queue = boost::interprocess::message_queue;

constexpr std::size_t kLimit = 4U << 20U;  // /dev/shm of a container may have only 64 MiB

// The other process inherits the mapping, so the name is not needed any more.
class UnnamedQueue {
 public:
  explicit UnnamedQueue(const std::string& name)
      : queue_(boost::interprocess::create_only, name.c_str(), 1, kLimit) {
    Queue::remove(name.c_str());
  }

  void send(const std::vector<std::byte>& buffer, std::size_t bytes) {
    queue_.send(buffer.data(), bytes, 0);
  }
  // The buffer has kLimit bytes.
  std::size_t receive(std::vector<std::byte>& buffer) {
    Queue::size_type size = 0;
    unsigned priority = 0;
    queue_.receive(buffer.data(), buffer.size(), size, priority);
    return size;
  }

 private:
  Queue queue_;
};

class MessageQueuePeer final : public Peer {
 public:
  explicit MessageQueuePeer(const CorePair& cores)
      : there_("inferpool-bench-there-" + std::to_string(getpid())),
        back_("inferpool-bench-back-" + std::to_string(getpid())),
        child_(cores.worker, [this] { echo(); }) {}

  [[nodiscard]] std::string name() const override { return "Boost message_queue"; }
  [[nodiscard]] std::size_t limit() const override { return kLimit; }

  void work(std::size_t bytes, Nanoseconds slice, Samples& samples) override {
    time_each_warm(slice, samples, [&] {
      there_.send(request_, bytes);
      back_.receive(reply_);
    });
  }

 private:
  [[noreturn]] void echo() {
    for (;;) back_.send(reply_, there_.receive(reply_));
  }

  UnnamedQueue there_;
  UnnamedQueue back_;
  std::vector<std::byte> request_ = std::vector<std::byte>(kLimit);
  std::vector<std::byte> reply_ = std::vector<std::byte>(kLimit);
  Child child_;
};

}  // namespace

std::unique_ptr<Peer> make_message_queue_peer(const CorePair& cores) {
  return std::make_unique<MessageQueuePeer>(cores);
}

}  // namespace bench
