// SPDX-License-Identifier: Apache-2.0
// An echo of tensors. Its first process (generation 1) answers its first request with garbage, and
// then does nothing more. Settings::extra names the kind of garbage: {"garbage": "offset"}.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <inferpool/detail/served_model.hpp>

#include "echo.hpp"
#include "ipc/wait_word.hpp"
#include "ipc/worker_ring.hpp"
#include "settings/json_reader.hpp"
#include "wire/reply.hpp"
#include "worker/attachment.hpp"
#include "worker/leave.hpp"
#include "worker/server.hpp"
#include "workers/attached.hpp"

namespace inferpool::test {
namespace {

// The parts of an encoded answer; by default an FP32 [1024] in the block at 0.
struct Answer {
  std::uint8_t kind = static_cast<std::uint8_t>(wire::ReplyKind::kAnswer);
  std::uint8_t datatype = static_cast<std::uint8_t>(Datatype::kFp32);
  std::uint8_t rank = 1;
  std::vector<std::int64_t> dimensions = {1024};
  std::uint64_t length = 4096;
  // 0: the bytes follow; 1: a block, its offset in units of 64 bytes; 2: a block, its offset in
  // bytes
  std::uint8_t place = 1;
  std::uint64_t offset = 0;
  std::vector<std::uint8_t> rest = {};
};

class Bytes {
 public:
  template <typename T>
  Bytes& operator<<(const T& value) {
    const auto* at = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), at, at + sizeof(value));
    return *this;
  }
  [[nodiscard]] const std::vector<std::byte>& all() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

std::vector<std::byte> encoded(const Answer& answer) {
  Bytes bytes;
  bytes << answer.kind << answer.datatype << answer.rank;
  for (const std::int64_t dimension : answer.dimensions) bytes << dimension;
  bytes << answer.length << answer.place;
  if (answer.place == 1) bytes << static_cast<std::uint32_t>(answer.offset / 64);
  if (answer.place == 2) bytes << answer.offset;
  for (const std::uint8_t byte : answer.rest) bytes << byte;
  return bytes.all();
}

// The content of the reply's slot.
struct Reply {
  std::vector<std::byte> frame = encoded({});
  std::uint32_t frame_bytes = static_cast<std::uint32_t>(frame.size());
  std::uint64_t frame_offset = 0;
  std::uint64_t call_id_off_by = 0;
  std::uint32_t ticket = 0;
  std::uint32_t generation = 1;
  std::uint32_t published_off_by = 0;
  bool wake = true;
};

Reply with(const Answer& answer) { return {.frame = encoded(answer)}; }

using Kinds = std::map<std::string, Reply>;

// Faults in the frame.
Kinds frame_kinds() {
  constexpr std::uint64_t kFar = std::uint64_t{1} << 37;
  constexpr std::uint64_t k4GiB = std::uint64_t{1} << 32;
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  constexpr auto kBool = static_cast<std::uint8_t>(Datatype::kBool);
  constexpr auto kBytes = static_cast<std::uint8_t>(Datatype::kBytes);
  return {
      {"offset", with({.offset = kFar})},
      {"offset that overflows", with({.place = 2, .offset = ~std::uint64_t{0} - 63})},
      {"offset that is not aligned", with({.place = 2, .offset = 4})},
      {"place", with({.place = 3})},
      {"length", with({.dimensions = {1 << 30}, .length = k4GiB})},
      {"length of another shape", with({.length = 4000})},
      {"small payload in a block", with({.dimensions = {2}, .length = 8})},
      {"datatype", with({.datatype = 250})},
      {"rank", with({.rank = 200})},
      {"negative dimension", with({.dimensions = {-1024}})},
      {"shape that overflows", with({.rank = 2, .dimensions = {kHuge, kHuge}})},
      {"bool that is none",
       with({.datatype = kBool, .dimensions = {1}, .length = 1, .place = 0, .rest = {7}})},
      {"bytes without their lengths", with({.datatype = kBytes,
                                            .dimensions = {1},
                                            .length = 4,
                                            .place = 0,
                                            .rest = {255, 0, 0, 0}})},
      {"bytes after the value", with({.rest = {1, 2, 3}})},
      {"kind of reply", with({.kind = 77})},
      {"refusal with no code of ours",
       {.frame = (Bytes() << std::uint8_t{3} << std::uint8_t{99} << 0U).all()}},
      {"text that is too long", {.frame = (Bytes() << std::uint8_t{2} << 0xffffffffU).all()}},
  };
}

// Faults in the slot. The last two are not garbage, but the host must cope with them.
Kinds slot_kinds() {
  constexpr std::uint64_t kFar = std::uint64_t{1} << 40;
  return {
      {"empty frame", {.frame = {}}},
      {"frame size", {.frame_bytes = 0xffffffff}},
      {"frame offset", {.frame_bytes = 1000, .frame_offset = kFar}},
      {"frame of a large block", {.frame_bytes = 1000, .frame_offset = 64}},
      {"call id", {.call_id_off_by = 1}},
      {"ticket", {.ticket = 5000}},
      {"ticket of no block", {.ticket = ipc::kTickets}},
      {"published word", {.published_off_by = 12345}},
      {"published word without a wake", {.published_off_by = 12345, .wake = false}},
      {"ticket of another generation", {.generation = 77}},
      {"answer and then death", {.wake = false}},
  };
}

// Faults in a part, or in the end of an answer in parts.
Kinds part_kinds() {
  constexpr std::uint64_t kFar = std::uint64_t{1} << 37;
  constexpr auto kPart = static_cast<std::uint8_t>(wire::ReplyKind::kPart);
  constexpr auto kEnd = static_cast<std::uint8_t>(wire::ReplyKind::kEnd);
  const auto as = [](const Answer& answer, std::uint32_t part) {
    Reply reply = with(answer);
    reply.published_off_by = ipc::part_word(0, part);
    return reply;
  };
  Kinds all{
      {"part that is an answer", as({}, 1)},
      {"part of another request", as({.kind = kPart}, 1)},
      {"part with a block elsewhere", as({.kind = kPart, .offset = kFar}, 1)},
      {"part with a frame elsewhere", as({.kind = kPart}, 1)},
      {"part with bytes after it", as({.kind = kPart, .rest = {1, 2, 3}}, 1)},
      {"second part first", as({.kind = kPart}, 2)},
      {"part where the reply is due", with({.kind = kPart})},
      {"part that nobody asked for", as({.kind = kPart}, 1)},
      {"end with a value", with({.kind = kEnd})},
      {"end that nobody asked for", {.frame = (Bytes() << kEnd).all()}},
      {"part of another request and then death", as({.kind = kPart}, 1)},
  };
  all.at("part of another request").call_id_off_by = 1;
  all.at("part of another request and then death").call_id_off_by = 1;
  all.at("part of another request and then death").wake = false;  // the caller sees the death first
  all.at("part with a frame elsewhere").frame_bytes = 1000;
  all.at("part with a frame elsewhere").frame_offset = kFar;
  return all;
}

Kinds kinds() {
  Kinds all = frame_kinds();
  all.merge(slot_kinds());
  all.merge(part_kinds());
  return all;
}

void publish(ipc::Control& control, std::uint32_t sequence, const Reply& reply) {
  const ipc::RequestSlot& request = control.request(sequence);
  ipc::ReplySlot& slot = control.reply(sequence);
  slot.call_id = request.call_id + reply.call_id_off_by;
  slot.frame_bytes = reply.frame_bytes;
  slot.ticket = reply.ticket;
  slot.generation = reply.generation;
  std::ranges::copy(reply.frame, slot.frame.begin());
  if (reply.frame_bytes > ipc::kInlineFrame) slot.frame_offset = reply.frame_offset;
  slot.published.exchange(sequence + reply.published_off_by);
  if (reply.wake) ipc::wake(&slot.published, INT_MAX);
}

// Writes random bytes over all memory that the worker can write, including the host's part.
void make_noise(const worker::Attachment& attachment) {
  std::mt19937 random(7);
  const auto fill = [&](std::byte* data, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::byte>(random());
  };
  const ipc::Mapping replies(attachment.reply_file(), ipc::Access::kReadWrite);
  fill(replies.data(), 64 * 1024);
  fill(reinterpret_cast<std::byte*>(&attachment.control()), sizeof(ipc::Control));
  for (ipc::ReplySlot& slot : attachment.control().replies) ipc::wake(&slot.published, INT_MAX);
}

void answer_with_garbage(const worker::Attachment& attachment, const std::string& kind) {
  ipc::WorkerRing ring(attachment.control(), std::chrono::microseconds(50), 2);
  const auto sequence = ring.take();
  if (!sequence) return;
  if (kind == "noise") {
    make_noise(attachment);
  } else {
    publish(attachment.control(), *sequence, kinds().at(kind));
  }
  if (kind.ends_with("and then death")) ::_exit(0);
  if (kind != "ticket of another generation") {
    for (;;) ::poll(nullptr, 0, 1000);  // until the host ends this process
  }
}

int serve(int control_fd) {
  detail::Served<Echo> model;
  worker::defer_to_host();
  const worker::Attachment attachment(control_fd, model.signature());
  worker::Server server(attachment, model);
  worker::leave_with_host(attachment.socket_fd(), [] {});
  const settings::json::Value extra = settings::json::read(attachment.settings().extra, "extra");
  model.load(attachment.settings(), {});
  attachment.report_ready();
  if (attachment.welcome().generation == 1)
    answer_with_garbage(attachment, extra.members.at(0).value.text);
  server.run();
  ::_exit(0);
}

}  // namespace
}  // namespace inferpool::test

// --kinds lists them.
int main(int argc, char** argv) {
  if (const auto fd = inferpool::test::attached_by(argc, argv)) return inferpool::test::serve(*fd);
  for (const auto& [name, reply] : inferpool::test::kinds()) std::puts(name.c_str());
  return 2;
}
