// SPDX-License-Identifier: Apache-2.0
// Carries out orders, while another thread writes nonsense over all memory that a worker can write,
// and sends nonsense to its host: values that are nearly right, or just out of range. Each process
// does only a few of these deeds, so that the code behind a check of one is reached, too.
// Settings::extra: {"seed": "7"}.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <inferpool/detail/served_model.hpp>

#include "ipc/wait_word.hpp"
#include "settings/json_reader.hpp"
#include "worker/attachment.hpp"
#include "worker/leave.hpp"
#include "worker/server.hpp"
#include "workers/attached.hpp"
#include "workers/orders.hpp"

namespace inferpool::test {
namespace {

class Nonsense {
 public:
  explicit Nonsense(const worker::Attachment& attachment, unsigned seed)
      : control_(attachment.control()),
        replies_(attachment.reply_file(), ipc::Access::kReadWrite),
        socket_(attachment.socket_fd()),
        generation_(attachment.welcome().generation),
        random_(seed * 7919U + static_cast<unsigned>(generation_)) {
    for (int i = 0; i < 1 + generation_ % 4; ++i) deeds_.push_back(kAll[below(kAll.size())]);
    pause_ = kPauses[below(kPauses.size())];
  }

  [[noreturn]] void go_on() {
    for (;;) {
      slot_ = below(ipc::kRingSlots);
      // The slots of the oldest requests are in use most of the time.
      if (below(2) == 0) slot_ = control_.worker.consumed.load() % ipc::kRingSlots;
      (this->*deeds_[below(deeds_.size())])();
      if (below(4) == 0) ipc::wake(&reply().published, INT_MAX);
      const timespec pause{0, static_cast<long>(below(pause_ + 1)) * 1'000};
      if (pause_ > 0) ::ppoll(nullptr, 0, &pause, nullptr);
    }
  }

 private:
  using Deed = void (Nonsense::*)();

  std::size_t below(std::size_t limit) { return random_() % limit; }
  ipc::RequestSlot& request() { return control_.requests[slot_]; }
  ipc::ReplySlot& reply() { return control_.replies[slot_]; }
  std::uint32_t sequence() { return ipc::sequence_of(request().posted.load()); }
  // Numbers at the limits of what is allowed, and beyond.
  std::uint64_t number() {
    static constexpr std::uint64_t kLimits[] = {
        0,          1,           8,         63,          64,         447,
        448,        449,         4095,      4096,        1ULL << 20, 16ULL << 20,
        1U << 30,   0x7fffffffU, 1U << 31,  0xffffffffU, 1ULL << 32, 1ULL << 40,
        1ULL << 62, 1ULL << 63,  ~0ULL - 7, ~0ULL};
    return below(4) == 0 ? random_() : kLimits[below(std::size(kLimits))];
  }
  std::uint32_t word() { return static_cast<std::uint32_t>(number()); }

  void publish() { reply().published = sequence(); }
  void publish_part() {
    reply().published = ipc::part_word(sequence(), static_cast<std::uint32_t>(below(3)));
  }
  void publish_other() { reply().published = below(2) == 0 ? sequence() - 64 : word(); }
  void head() {
    switch (below(5)) {
      case 0:
        reply().call_id = below(2) == 0 ? request().call_id : number();
        break;
      case 1:
        reply().frame_bytes = word();
        break;
      case 2:
        reply().ticket = below(2) == 0 ? static_cast<std::uint32_t>(below(1025)) : word();
        break;
      case 3:
        reply().generation = static_cast<std::uint32_t>(below(4));
        break;
      default:
        reply().started = number();
        reply().ended = number();
    }
  }
  // Writes kind, datatype, rank, one dimension, length, place and offset.
  void frame() {
    auto* const bytes = reply().frame.data();
    const auto put = [bytes](std::size_t at, auto value) {
      std::memcpy(bytes + at, &value, sizeof(value));
    };
    const std::uint64_t elements = below(2) == 0 ? 2'048 : number();
    put(0, static_cast<std::uint8_t>(below(7)));
    put(1, static_cast<std::uint8_t>(below(2) == 0 ? 9 : below(256)));
    put(2, static_cast<std::uint8_t>(below(2) == 0 ? 1 : below(256)));
    put(3, elements);
    put(11, below(2) == 0 ? elements * 8 : number());
    put(19, static_cast<std::uint8_t>(below(4)));
    put(20, below(2) == 0 ? static_cast<std::uint32_t>(below(1'000)) : word());
    if (below(2) == 0) reply().frame_bytes = 24;
  }
  void frame_elsewhere() {
    reply().frame_offset = number();
    reply().frame_bytes = static_cast<std::uint32_t>(449 + below(4'096));
  }
  void posted() {
    const auto ahead = static_cast<std::uint32_t>(below(3)) * ipc::kRingSlots;
    request().posted = ipc::posted_word(sequence() + ahead, static_cast<ipc::Posted>(below(4)));
  }
  void told() {
    request().caller_word = below(2) == 0 ? static_cast<std::uint32_t>(below(16)) : word();
    request().reply_parked = static_cast<std::uint32_t>(below(2));
    reply().sender_parked = static_cast<std::uint32_t>(below(2));
    ipc::wake(&request().caller_word, INT_MAX);
  }
  void asked() {
    request().frame_bytes = word();
    request().frame_offset = number();
    request().call_id = number();
    request().deadline = static_cast<std::int64_t>(number());
  }
  void counters() {
    control_.worker.consumed = below(2) == 0 ? sequence() : word();
    control_.worker.parked = static_cast<std::uint32_t>(below(3));
  }
  void of_the_host() {
    control_.host.doorbell = word();
    control_.host.closing = below(20) == 0 ? 1U : 0U;
    control_.host.rivals = static_cast<std::uint32_t>(below(4));
    ipc::wake(&control_.host.doorbell, INT_MAX);
  }
  void released() { control_.host.released[below(ipc::kTickets)] = word(); }
  void locks() {
    auto* const mutex = reinterpret_cast<std::byte*>(&control_.worker.take_mutex);
    mutex[below(sizeof(ipc::RobustMutex))] = static_cast<std::byte>(below(256));
  }
  void blocks() {
    const std::uint64_t value = number();
    const std::size_t at = below((replies_.size() - sizeof(value)) / 8) * 8;
    std::memcpy(replies_.data() + (below(2) == 0 ? at : at % 4'096), &value, sizeof(value));
  }
  // Sends messages of all kinds, whole or cut off, some with descriptors.
  void say() {
    ipc::MessageHead head;
    head.kind = static_cast<ipc::MessageKind>(below(8));
    head.generation = generation_ + static_cast<int>(below(3)) - 1;
    if (below(4) == 0) head.magic = number();
    if (below(4) == 0) head.protocol = word();
    std::vector<char> bytes(sizeof(head) + below(2) * below(40'000), 'x');
    std::memcpy(bytes.data(), &head, sizeof(head));
    if (below(4) == 0) bytes.resize(below(sizeof(head)));
    send(bytes, below(3) == 0 ? 1 + below(20) : 0);
  }
  void send(std::vector<char>& bytes, std::size_t descriptors) const {
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const std::vector<int> fds(descriptors, STDERR_FILENO);
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 20)> room{};
    if (descriptors > 0) {
      message.msg_control = room.data();
      message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptors);
      cmsghdr* const head = CMSG_FIRSTHDR(&message);
      head->cmsg_level = SOL_SOCKET;
      head->cmsg_type = SCM_RIGHTS;
      head->cmsg_len = CMSG_LEN(sizeof(int) * descriptors);
      std::memcpy(CMSG_DATA(head), fds.data(), sizeof(int) * descriptors);
    }
    static_cast<void>(::sendmsg(socket_, &message, MSG_DONTWAIT | MSG_NOSIGNAL));
  }

  static constexpr std::array<Deed, 15> kAll = {
      &Nonsense::publish,  &Nonsense::publish_part, &Nonsense::publish_other,
      &Nonsense::head,     &Nonsense::frame,        &Nonsense::frame_elsewhere,
      &Nonsense::posted,   &Nonsense::told,         &Nonsense::asked,
      &Nonsense::counters, &Nonsense::of_the_host,  &Nonsense::released,
      &Nonsense::locks,    &Nonsense::blocks,       &Nonsense::say};
  static constexpr std::array<std::size_t, 5> kPauses = {0, 50, 500, 5'000, 30'000};  // us

  ipc::Control& control_;
  ipc::Mapping replies_;
  int socket_;
  std::int32_t generation_;
  std::mt19937_64 random_;
  std::vector<Deed> deeds_;
  std::size_t pause_ = 0;
  std::size_t slot_ = 0;
};

int serve(int control_fd) {
  detail::Served<OrderModel> model;
  worker::defer_to_host();
  const worker::Attachment attachment(control_fd, model.signature());
  worker::Server server(attachment, model);
  worker::leave_with_host(attachment.socket_fd(), [] {});
  model.load(attachment.settings(), {});
  server.start();
  attachment.report_ready();
  const settings::json::Value extra = settings::json::read(attachment.settings().extra, "extra");
  const auto seed = static_cast<unsigned>(std::stoul(extra.members.at(0).value.text));
  std::thread([&] { Nonsense(attachment, seed).go_on(); }).detach();
  server.run();
  ::_exit(0);
}

}  // namespace
}  // namespace inferpool::test

int main(int argc, char** argv) {
  const auto fd = inferpool::test::attached_by(argc, argv);
  return fd ? inferpool::test::serve(*fd) : 2;
}
