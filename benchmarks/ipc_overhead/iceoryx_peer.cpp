// SPDX-License-Identifier: Apache-2.0
// Round trips with iceoryx, both ends polling: iceoryx_peer <iox-roudi> <caller's core> <worker's
// core>. See program_peer.hpp for its input and output. Its daemon lives as long as it does.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iceoryx_posh/popo/untyped_publisher.hpp>
#include <iceoryx_posh/popo/untyped_subscriber.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "ipc_overhead/child.hpp"
#include "ipc_overhead/shared_word.hpp"
#include "measure/cores.hpp"
#include "measure/samples.hpp"
#include "measure/timing.hpp"

namespace {

constexpr std::uint32_t kWork = 0;
constexpr std::uint32_t kRest = 1;

// iox-roudi, which manages the shared memory of all processes.
class Daemon {
 public:
  explicit Daemon(const char* program) : pid_(fork()) {
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    dup2(STDOUT_FILENO, STDERR_FILENO);
    // It need not monitor its two clients, nor wait long for them at the end: they end with it.
    execl(program, program, "-m", "off", "-k", "1", nullptr);
    _exit(127);
  }
  ~Daemon() {
    signal(SIGTERM, SIG_IGN);  // the daemon sends the signal to its clients, too
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

 private:
  pid_t pid_;
};

// One end of the connection: it publishes on one topic and takes from the other.
class End {
 public:
  End(const std::string& name, const char* publishes, const char* takes, pid_t owner) {
    const std::string instance = std::to_string(owner);
    const auto id = [](const std::string& text) {
      return iox::capro::IdString_t(iox::cxx::TruncateToCapacity, text);
    };
    iox::runtime::PoshRuntime::initRuntime(
        iox::RuntimeName_t(iox::cxx::TruncateToCapacity, name + instance));
    publisher_ = std::make_unique<iox::popo::UntypedPublisher>(
        iox::capro::ServiceDescription{"inferpool-bench", id(instance), id(publishes)});
    subscriber_ = std::make_unique<iox::popo::UntypedSubscriber>(
        iox::capro::ServiceDescription{"inferpool-bench", id(instance), id(takes)});
    while (!publisher_->hasSubscribers() ||
           subscriber_->getSubscriptionState() != iox::SubscribeState::SUBSCRIBED)
      usleep(1000);
  }

  // Writes only the first word: the rest would be there already, as in a loaned tensor.
  void send(std::size_t bytes, std::uint32_t command) {
    publisher_->loan(static_cast<std::uint32_t>(bytes))
        .and_then([&](void* chunk) {
          std::memcpy(chunk, &command, sizeof command);
          publisher_->publish(chunk);
        })
        .or_else([](auto&) { _exit(1); });  // no chunk of this size
  }

  // False if there was nothing.
  bool take(std::size_t& bytes, std::uint32_t& command) {
    bool found = false;
    subscriber_->take().and_then([&](const void* chunk) {
      std::memcpy(&command, chunk, sizeof command);
      bytes = iox::mepoo::ChunkHeader::fromUserPayload(chunk)->userPayloadSize();
      subscriber_->release(chunk);
      found = true;
    });
    return found;
  }

 private:
  std::unique_ptr<iox::popo::UntypedPublisher> publisher_;
  std::unique_ptr<iox::popo::UntypedSubscriber> subscriber_;
};

// Sleeps between slices: while `state` is kRest and nothing is left to take.
void echo(pid_t owner, bench::Word& state) {
  End end("bench-worker-", "back", "there", owner);
  std::size_t bytes = 0;
  for (std::uint32_t command = kWork;;) {
    if (end.take(bytes, command))
      end.send(bytes, command);
    else if (state.load(std::memory_order_relaxed) == kRest)
      bench::futex_wait(state, kRest);
    else
      bench::relax();
  }
}

void round_trip(End& end, std::size_t bytes) {
  std::size_t size = 0;
  std::uint32_t command = kWork;
  end.send(bytes, command);
  while (!end.take(size, command)) bench::relax();
}

void serve(End& end, bench::Word& state, std::FILE* answers) {
  std::size_t bytes = 0;
  for (long long slice = 0; std::cin >> bytes >> slice;) {
    bench::Samples samples;
    state.store(kWork);
    bench::futex_wake(state);
    bench::time_each_warm(bench::Nanoseconds(slice), samples, [&] { round_trip(end, bytes); });
    state.store(kRest);
    for (const double value : samples.values()) std::fprintf(answers, "%.0f ", value);
    std::fputs("\n", answers);
    std::fflush(answers);
  }
}

int run(const char* daemon_program, int caller_core, int worker_core) {
  // The logs of iceoryx must not get between the answers.
  std::FILE* const answers = fdopen(dup(STDOUT_FILENO), "w");
  dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
  dup2(STDOUT_FILENO, STDERR_FILENO);
  const Daemon daemon(daemon_program);
  const pid_t owner = getpid();
  const bench::SharedWords words;
  bench::Word& state = words.there().value;
  state.store(kRest);
  const bench::Child child(worker_core, [&] { echo(owner, state); });
  End end("bench-caller-", "there", "back", owner);
  bench::pin_this_thread(caller_core);
  std::fputs("ready\n", answers);
  std::fflush(answers);
  serve(end, state, answers);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  // An ordinary exit would let iceoryx contact the daemon, which is gone.
  _exit(run(argv[1], std::stoi(argv[2]), std::stoi(argv[3])));
}
