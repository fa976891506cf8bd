// SPDX-License-Identifier: Apache-2.0
// A worker of StreamingModel whose first process takes one request, answers it and dies. It leaves
// a process behind that shares its memory. Settings::extra says what this process does:
//   {"left": "answer", "then": "take back", "go": FILE}
//     "left": the available thing is the "answer" (after one part), or a "part" (the second one)
//     "then": "take back" removes it, "make a part" replaces it
//     "go":   this happens once FILE exists; then FILE.done is made
//   {"left": "flicker"}: the answer comes and goes for half a second, whatever the request is
//   {"left": "hide"}: the worker does not die; it shows each answer while the caller sleeps, and
//     hides it before the caller looks
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <string>

#include <inferpool/detail/served_model.hpp>

#include "ipc/worker_ring.hpp"
#include "settings/json_reader.hpp"
#include "wire/reply.hpp"
#include "worker/attachment.hpp"
#include "worker/leave.hpp"
#include "worker/server.hpp"
#include "workers/attached.hpp"
#include "workers/streaming_model.hpp"

namespace inferpool::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A frame with an INT64 [1] of value 1, like that of the first part.
class Frame {
 public:
  explicit Frame(wire::ReplyKind kind) {
    *this << kind;
    if (kind == wire::ReplyKind::kEnd) return;
    *this << Datatype::kInt64 << std::uint8_t{1} << std::int64_t{1} << std::uint64_t{8}
          << std::uint8_t{0} << std::int64_t{1};
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return std::span(bytes_).first(size_); }

 private:
  template <typename T>
  Frame& operator<<(const T& value) {
    std::memcpy(bytes_.data() + size_, &value, sizeof(value));
    size_ += sizeof(value);
    return *this;
  }
  std::array<std::byte, 64> bytes_{};
  std::size_t size_ = 0;
};

struct Orders {
  explicit Orders(const std::string& extra) : json(settings::json::read(extra, "extra")) {}
  [[nodiscard]] std::string of(std::string_view name) const {
    for (const settings::json::Member& member : json.members) {
      if (member.name == name) return member.value.text;
    }
    return {};
  }
  settings::json::Value json;
};

void flicker(std::atomic<std::uint32_t>& published, std::uint32_t before) {
  const std::uint32_t answer = published.load();
  for (const auto end = core::Clock::now() + 500ms; core::Clock::now() < end;) {
    published.store(before);
    published.store(answer);
  }
  published.store(before);
}

void change_answer(const Orders& orders, std::atomic<std::uint32_t>& published,
                   std::uint32_t sequence, std::uint32_t before) {
  const std::string go = orders.of("go");
  for (const auto end = core::Clock::now() + 60s; ::access(go.c_str(), F_OK) != 0;) {
    if (core::Clock::now() >= end) return;
    ::poll(nullptr, 0, 1);
  }
  published.store(orders.of("then") == "make a part" ? ipc::part_word(sequence, 2) : before);
  ::close(::open((go + ".done").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

// This works since a caller that sleeps looks again only after a second.
[[noreturn]] void hide(ipc::Control& control, ipc::WorkerRing& ring) {
  const auto sequence = ring.take();
  if (!sequence) ::_exit(0);
  std::atomic<std::uint32_t>& published = control.reply(*sequence).published;
  std::atomic<std::uint32_t>& parked = control.request(*sequence).reply_parked;
  const std::uint32_t before = published.load();
  const Frame answer(wire::ReplyKind::kAnswer);
  for (;;) {
    while (parked.load() == 0) ::poll(nullptr, 0, 1);
    ::poll(nullptr, 0, 20);  // by then the caller has looked once more
    parked.store(0);         // so that nothing wakes the caller
    ring.publish(*sequence, {.frame = answer.bytes()});
    ::poll(nullptr, 0, 900);
    published.store(before);
  }
}

[[noreturn]] void answer_and_die(const worker::Attachment& attachment) {
  const Orders orders(attachment.settings().extra);
  ipc::Control& control = attachment.control();
  ipc::WorkerRing ring(control, 50us, 2);
  const auto sequence = ring.take();
  if (!sequence) ::_exit(0);
  std::atomic<std::uint32_t>& published = control.reply(*sequence).published;
  const std::uint32_t before = published.load();
  const std::string left = orders.of("left");
  const Frame part(wire::ReplyKind::kPart);
  if (left != "flicker") {
    ring.publish_part(*sequence, 1, {.frame = part.bytes()});
    ring.await_taken(*sequence, 1);
  }
  if (left == "part") {
    ring.publish_part(*sequence, 2, {.frame = part.bytes()});
  } else {
    const Frame answer(left == "flicker" ? wire::ReplyKind::kAnswer : wire::ReplyKind::kEnd);
    ring.publish(*sequence, {.frame = answer.bytes()});
  }
  ::madvise(&control, sizeof(control), MADV_DOFORK);
  if (const pid_t left_behind = ::fork(); left_behind != 0) {
    ::setpgid(left_behind, left_behind);  // otherwise it would be killed with the group
    ::_exit(0);
  }
  left == "flicker" ? flicker(published, before)
                    : change_answer(orders, published, *sequence, before);
  ::_exit(0);
}

int serve(int control_fd) {
  detail::Served<StreamingModel> model;
  worker::defer_to_host();
  const worker::Attachment attachment(control_fd, model.signature());
  worker::Server server(attachment, model);
  model.load(attachment.settings(), {});
  attachment.report_ready();
  const std::string left = Orders(attachment.settings().extra).of("left");
  const bool always = left == "flicker";
  if (left == "hide") {
    ipc::WorkerRing ring(attachment.control(), 50us, 2);
    hide(attachment.control(), ring);
  }
  if (attachment.welcome().generation == 1 || always) answer_and_die(attachment);
  server.run();
  ::_exit(0);
}

}  // namespace
}  // namespace inferpool::test

int main(int argc, char** argv) {
  const auto fd = inferpool::test::attached_by(argc, argv);
  return fd ? inferpool::test::serve(*fd) : 2;
}
