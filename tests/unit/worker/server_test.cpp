// SPDX-License-Identifier: Apache-2.0
#include "worker/server.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <thread>

#include <inferpool/detail/served_model.hpp>

#include "catch.hpp"
#include "ipc/reply_blocks.hpp"
#include "ipc/request_region.hpp"
#include "ipc/worker_memory.hpp"
#include "settings/packed_settings.hpp"
#include "wire/reply.hpp"
#include "wire/traceparent.hpp"

namespace inferpool::worker {
namespace {

constexpr std::size_t kReplyBytes = 1 << 20;

// Doubles; throws on an empty input; answers more than fits on an input of one element.
struct Doubler {
  explicit Doubler(const Settings& settings) : name(settings.name) {}
  Tensor predict(const Tensor& input, Context& context) {
    const auto values = input.values<float>();
    if (values.empty()) throw std::invalid_argument("nothing to double");
    if (values.size() == 1) return context.output<float>({1 << 20});
    Tensor output = context.output<float>(input.shape());
    const auto doubled = output.mutable_values<float>();
    for (std::size_t i = 0; i < values.size(); ++i) doubled[i] = 2 * values[i];
    return output;
  }
  std::string name;
};

// A host and a worker in one process: the worker attaches and serves in a thread.
class Pair {
 public:
  explicit Pair(int threads = 1)
      : threads_(threads),
        requests_(ipc::RequestRegion::create(1 << 20)),
        memory_(ipc::WorkerMemory::create(kReplyBytes)) {
    auto [ours, theirs] = ipc::ControlSocket::pair();
    socket_ = std::move(ours);
    worker_ = std::jthread([this, fd = dup(theirs.fd())] {
      const Attachment attachment(fd, model_.signature());
      model_.load(attachment.settings(),
                  {attachment.welcome().index, attachment.welcome().generation});
      Server server(attachment, model_);
      server.start();
      attachment.report_ready();
      server.run();
    });
    ipc::Message hello;
    REQUIRE(socket_.receive(hello, true) == ipc::Received::kMessage);
    CHECK(hello.head.kind == ipc::MessageKind::kHello);
    CHECK(hello.text == "Tensor -> Tensor");
    welcome();
    ipc::Message ready;
    REQUIRE(socket_.receive(ready, true) == ipc::Received::kMessage);
    CHECK(ready.head.kind == ipc::MessageKind::kReady);
    CHECK(ready.head.generation == 7);
  }
  ~Pair() {
    ipc::WakeList wakes;
    memory_->ring().close(wakes);
  }

  [[nodiscard]] bool take_mutex_is_free() const {
    const ipc::Mapping mapping(memory_->control_file(), ipc::Access::kReadWrite);
    ipc::RobustMutex& mutex = reinterpret_cast<ipc::Control*>(mapping.data())->worker.take_mutex;
    const bool locked = mutex.try_lock();
    if (locked) mutex.unlock();
    return locked;
  }

  // What the host gets for the tensor: the answer, or its error thrown.
  Tensor ask(const Tensor& input) {
    detail::FrameBuffer frame;
    ipc::BlockList held;
    ipc::RequestBlocks blocks(*requests_, held);
    wire::put_trace(frame, {});
    Encoder encoder(frame, blocks, kReplyBytes);
    encoder.put_tensor(input);
    ipc::WakeList wakes;
    auto& ring = memory_->ring();
    const std::uint32_t sequence = ring.post({++id_, 0, frame.bytes(), 0}, wakes);
    wakes.flush();
    while (!ring.answered(sequence)) std::this_thread::yield();
    const ipc::ReplyHead head = ring.head(sequence);
    CHECK(head.call_id == id_);
    std::array<std::byte, ipc::kInlineFrame> copy{};
    ring.copy_frame(sequence, copy);
    ipc::ReplyBlocks reply(*memory_, head, false, memory_->reply_bytes());
    Decoder decoder(reply.frame(copy), reply);
    const auto failure = wire::decode_failure(decoder, id_);
    ring.finish(sequence);
    if (failure) throw *failure;
    return decoder.take_tensor();
  }

 private:
  void welcome() {
    Settings settings;
    settings.name = "doubler";
    const std::string text = settings::pack(settings);
    const ipc::MemoryFile file = ipc::MemoryFile::create("settings", text.size());
    std::memcpy(ipc::Mapping(file, ipc::Access::kReadWrite).data(), text.data(), text.size());
    const core::FileDescriptor requests = requests_->read_only();
    ipc::MessageHead head;
    head.kind = ipc::MessageKind::kWelcome;
    head.generation = 7;
    head.concurrency = threads_;
    head.request_bytes = requests_->size();
    head.reply_bytes = kReplyBytes;
    head.max_payload = 8 << 20;
    head.settings_bytes = text.size();
    const std::array<int, ipc::kDescriptors> fds{
        memory_->control_file().fd(), memory_->reply_file().fd(), requests.get(), file.fd()};
    REQUIRE(socket_.send(head, {}, fds));
  }

  int threads_;
  detail::Served<Doubler> model_;
  std::shared_ptr<ipc::RequestRegion> requests_;
  std::shared_ptr<ipc::WorkerMemory> memory_;
  ipc::ControlSocket socket_;
  std::uint64_t id_ = 0;
  std::jthread worker_;
};

TEST_CASE("a worker attaches, loads, reports ready and answers small and large requests") {
  Pair pair;
  for (const std::int64_t size : {2, 60, 5000, 50000}) {
    const std::vector<float> ones(static_cast<std::size_t>(size), 1.5F);
    const Tensor answer = pair.ask(Tensor::borrow(ones, {size}));
    REQUIRE(answer.shape() == Shape{size});
    CHECK(answer.values<float>().front() == 3.0F);
    CHECK(answer.values<float>().back() == 3.0F);
  }
}

TEST_CASE("one serving thread holds the mutex of its ring, several lock it for each request") {
  Pair one;
  static_cast<void>(one.ask(Tensor(Datatype::kFp32, {2})));
  CHECK_FALSE(one.take_mutex_is_free());
  Pair two(2);
  static_cast<void>(two.ask(Tensor(Datatype::kFp32, {2})));
  while (!two.take_mutex_is_free()) std::this_thread::yield();
}

TEST_CASE("what the model throws is an answer of its kind, and the worker goes on") {
  Pair pair;
  try {
    static_cast<void>(pair.ask(Tensor(Datatype::kFp32, {0})));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kModelFailed);
    CHECK(error.details().exception_text == "nothing to double");
  }
  CHECK(pair.ask(Tensor(Datatype::kFp32, {3})).shape() == Shape{3});
}

TEST_CASE(
    "an output that does not fit the worker's memory is out_of_memory, and the worker goes on") {
  Pair pair;
  try {
    static_cast<void>(pair.ask(Tensor::scalar(1.0F)));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kOutOfMemory);
    CHECK_THAT(error.what(), inferpool::test::contains("shared_memory_limit"));
  }
  CHECK(pair.ask(Tensor(Datatype::kFp32, {3})).shape() == Shape{3});
}

}  // namespace
}  // namespace inferpool::worker
